//! `run_steps`: a whole sequence in one call, by a model that remembers.
//!
//! What only the result needs, such as the dense layers of a classifier behind recurrent ones, is carried out behind the last step alone.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::api::{flips, results, run_f32_results};
use super::model::Keeps;
use super::ports::{PortCode, Scale};
use crate::ir::{Graph, NodeId, TensorId};
use crate::names::ident;

/// The nodes on which the next value of a state depends.
pub(super) fn that_remember(graph: &Graph) -> HashSet<NodeId> {
    let mut needed: HashSet<TensorId> = graph.states.iter().map(|state| state.write).collect();
    let mut nodes = HashSet::new();
    for &id in graph.order().iter().rev() {
        let node = graph.node(id);
        if node.outputs.iter().any(|result| needed.contains(result)) {
            needed.extend(node.operands());
            nodes.insert(id);
        }
    }
    nodes
}

/// The functions of `Model`; nothing where a step is not one array. They call the function `remember`, which carries out the nodes
/// [`that_remember`].
pub(super) fn functions(
    inputs: &[PortCode],
    outputs: &[PortCode],
    rounding: &TokenStream,
    has_f32: bool,
) -> Option<TokenStream> {
    let [port] = inputs else { return None };
    let PortCode { element, len, .. } = port;
    let (result_type, _) = results(outputs);
    let flip = flips(inputs);
    let real = has_f32.then(|| {
        let fill = match &port.scale {
            Some(Scale::Quantised { scale, zero_point }) => {
                quote!(rt::quantize(step, self.input_mut(), #scale, #zero_point, #rounding);)
            }
            _ => quote!(*self.input_mut() = *step;),
        };
        let (result_type, result) = run_f32_results(outputs, &quote!(self.infer()));
        quote! {
            /// As [`run_steps`](Self::run_steps) in real numbers: quantises the steps, dequantises the result.
            pub fn run_steps_f32(&mut self, steps: &[[f32; #len]]) -> Option<#result_type> {
                let (last, others) = steps.split_last()?;
                self.reset();
                for step in others {
                    #fill
                    self.remember();
                }
                let step = last;
                #fill
                Some(#result)
            }
        }
    });
    Some(quote! {
        /// The result behind the last of these steps, which are a whole sequence: the model begins anew with the first. None if there is no step.
        ///
        /// The sequence may be of any length. What only the result needs is carried out once.
        pub fn run_steps(&mut self, steps: &[[#element; #len]]) -> Option<#result_type> {
            let (last, others) = steps.split_last()?;
            self.reset();
            for step in others {
                *self.input_mut() = *step;
                self.remember();
            }
            *self.input_mut() = *last;
            Some(self.infer())
        }

        #real

        /// Takes a step without a result.
        fn remember(&mut self) {
            let arena = self.arena.arena();
            let state = self.state.borrow_mut();
            #(#flip)*
            remember(&mut rt::WithState { arena, state: &mut state.memory });
        }
    })
}

/// The function `remember` of these calls, which are some of the model's or all of them.
pub(super) fn remember(calls: &[TokenStream], all: &[TokenStream]) -> TokenStream {
    let memory = ident(if calls.is_empty() { "_memory" } else { "memory" });
    let memory_type = Keeps::State.memory();
    let body = match calls.len() == all.len() && !calls.is_empty() {
        true => quote!(layers(memory);),
        false => quote!(#(#calls)*),
    };
    quote! {
        /// The layers on which what the model remembers depends, in order.
        fn remember(#memory: &mut #memory_type) {
            #body
        }
    }
}

#[cfg(test)]
mod test {
    use super::that_remember;
    use crate::ir::text::parse;

    #[test]
    fn what_only_the_result_needs_remembers_nothing() {
        let clamp = "{clamp=[-inf, inf]}";
        let text = format!(
            r#"graph "g" reference=tflm {{
  input %0 "x": f32[2]
  state %1 "sum": f32[2] next=%4
  %2 "doubled": f32[2] = add(%0, %0) {clamp}
  %3 "of the old sum": f32[2] = add(%1, %2) {clamp}
  %4 "next": f32[2] = add(%1, %2) {clamp}
  %5 "y": f32[2] = add(%4, %3) {clamp}
  output %5
}}"#
        );
        let graph = parse(&text).unwrap_or_else(|fault| panic!("{fault}"));
        let nodes = that_remember(&graph);
        let names: Vec<&str> =
            graph.nodes().filter(|(id, _)| nodes.contains(id)).map(|(_, node)| node.name.as_str()).collect();
        assert_eq!(names, ["doubled", "next"]);
    }
}
