//! `tinyml evaluate`: how well the model does on examples with labels.

use tinyml_codegen::config::Options;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::evaluate::{Column, Evaluation, Record, Request, evaluate};

use crate::arguments::{EvaluateArgs, source};
use crate::output::{self, progress};

pub(crate) fn run(arguments: &EvaluateArgs) -> Result<(), Diagnostics> {
    let options = option_sets(arguments)?;
    if arguments.record.is_some() && arguments.min_accuracy.or(arguments.max_loss).is_none() {
        let fault =
            Diagnostic::error("a record without a limit accepts everything").at(Place::option("record"));
        return Err(fault.help("give `--min-accuracy`, `--max-loss` or both").into());
    }
    let source = source(&arguments.model.model)?;
    let bar = progress("evaluating");
    let request = Request {
        options: &options,
        data: &arguments.data,
        labels: arguments.labels.as_deref(),
        task: arguments.task,
        output: arguments.output.as_deref(),
        false_alarms: arguments.false_alarms,
    };
    let evaluation = evaluate(&source, &request);
    bar.finish_and_clear();
    let evaluation = evaluation?;
    output::notes(&evaluation.notes);
    match arguments.json {
        true => output::print_json(&serde_json::json!(evaluation))?,
        false => output::print(&evaluation.to_string())?,
    }
    limits(&evaluation, options.len(), arguments)?;
    let Some(path) = &arguments.record else { return Ok(()) };
    let record = Record::new(&source, &request, &evaluation, arguments.min_accuracy, arguments.max_loss)?;
    let read = [evaluation.files.as_slice(), std::slice::from_ref(&arguments.data)].concat();
    output::write(path, &output::document(&serde_json::json!(record)), &read)
}

/// The main options, and those of `--also`, with their columns' names.
fn option_sets(arguments: &EvaluateArgs) -> Result<Vec<(String, Options)>, Diagnostics> {
    let main = arguments.model.options.options()?;
    let name = format!("{:?}", main.precision).to_lowercase();
    let mut sets = vec![(name, main.clone())];
    let mut faults = Diagnostics::default();
    for also in &arguments.also {
        let mut options = main.clone();
        for part in also.split(',') {
            let fault = match part.split_once('=') {
                Some((name, value)) => options.set(name.trim(), value.trim()).err(),
                None => Some(Diagnostic::error(format!("`{part}` is not OPTION=VALUE"))),
            };
            faults.extend(fault.map(|fault| fault.at(Place::option("also"))));
        }
        sets.push((also.clone(), options));
    }
    faults.into_result(sets)
}

/// Holds the columns of the option sets, which are the last ones, against the limits that were asked for.
fn limits(evaluation: &Evaluation, sets: usize, arguments: &EvaluateArgs) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::default();
    let fault = |column: &Column, what: String, option: &str| {
        Diagnostic::error(format!("{}: {what}", column.name)).at(Place::option(option))
    };
    for column in evaluation.columns.iter().rev().take(sets).rev() {
        let (name, figure) = (column.figures.headline_name(), column.figures.headline());
        if let Some(least) = arguments
            .min_accuracy
            .filter(|&least| figure.is_none_or(|figure| figure.is_nan() || figure < least))
        {
            let figure = figure.map_or("not known".to_owned(), |figure| format!("{figure:.4}"));
            faults.push(fault(column, format!("{name} is {figure}, {least} is asked for"), "min-accuracy"));
        }
        let Some(most) = arguments.max_loss else { continue };
        match column.beside.and_then(|beside| beside.lost) {
            Some(lost) if lost <= most => {}
            Some(lost) => {
                faults.push(fault(
                    column,
                    format!("{lost:.4} of the float model's {name} is lost, {most} is allowed"),
                    "max-loss",
                ));
            }
            None => faults.push(
                fault(column, "there is no float model to lose accuracy against".to_owned(), "max-loss")
                    .help("give the float model with calibration data, or a limit by `--min-accuracy`"),
            ),
        }
    }
    faults.into_result(())
}
