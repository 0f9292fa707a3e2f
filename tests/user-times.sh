#!/usr/bin/env bash
# Measures what a user waits for: time and memory of `include_model!` and of clean builds, in fresh crates that set no profile.
#
#   tests/user-times.sh [--repeat N] [--keep] [STEP ...]        steps: vww kws onnx tflite override (default: all)
#
#   vww       expanding and compiling the VWW-shaped TFLite model (limits: 4 s, 500 MB)
#   kws       the same for examples/models/kws.onnx, calibration included (limit: 20 s)
#   tflite    clean `cargo build` of a crate with one TFLite model (limit: 1 min)
#   onnx      clean `cargo build` of a crate with one ONNX model (limit: 5 min)
#   override  `vww` and `kws` with `[profile.dev.build-override] opt-level = 3`
#
# "check" is `cargo check` of the user's crate alone after its source was touched: expansion and type checking. "build" is the
# same with `cargo build`: code generation and linking, too. CPU is the least processor time, which other work on the machine
# disturbs less. Memory is the peak resident set of the largest process. Downloads are not timed. Needs GNU time
# (`apt-get install time`). Prints a Markdown table; the exit status is 1 if a median or a peak misses its limit.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
repeat=5
keep=false
steps=()
while (($#)); do
    case $1 in
    --repeat)
        repeat=${2:?--repeat needs a number}
        shift
        ;;
    --keep) keep=true ;;
    vww | kws | onnx | tflite | override) steps+=("$1") ;;
    *)
        sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
    esac
    shift
done
((${#steps[@]})) || steps=(vww kws tflite onnx override)
if ! [ -x /usr/bin/time ]; then
    echo "GNU time is missing: apt-get install time" >&2
    exit 2
fi

# What a user has not set must not reach the build.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS RUSTFLAGS TINYML_CORE
for variable in $(compgen -e | grep '^CARGO_\(PROFILE\|INCREMENTAL\)' || true); do unset "$variable"; done

work=$(mktemp -d)
$keep || trap 'rm -rf "$work"' EXIT
failed=0

# user_crate NAME MODEL OPTIONS FEATURES [PROFILE]: a program that includes a model and runs it once.
user_crate() {
    local folder=$work/$1
    mkdir -p "$folder/src"
    cat >"$folder/Cargo.toml" <<END
[package]
name = "$1"
version = "0.1.0"
edition = "2024"

[dependencies]
tinyml-runtime = { path = "$root/runtime-core"$4 }

[workspace]
${5:-}
END
    cat >"$folder/src/main.rs" <<END
tinyml::include_model!(mod model = "$2"$3);

fn main() {
    let mut model = Box::new(model::Model::new());
    println!("{:?}", &model.infer()[..2]);
}
END
    (cd "$folder" && cargo fetch --quiet)
}

tflite_only=', default-features = false, features = ["macros", "tflite"]'
override=$'[profile.dev.build-override]\nopt-level = 3'
gzip -dc "$root/tests/cases/mlperf-vww-shaped/model.tflite.gz" >"$work/vww.tflite"
kws=$root/examples/models/kws.onnx
calibration=", calibration = \"$root/examples/models/kws.calibration.npz\""

# timed FOLDER COMMAND...: prints "seconds megabytes cpu-seconds".
timed() {
    local folder=$1 log=$work/log
    shift
    if ! (cd "$folder" && /usr/bin/time -o "$work/time" -f '%e %M %U %S' "$@" >"$log" 2>&1); then
        cat "$log" >&2
        exit 1
    fi
    awk '{ printf "%.2f %.0f %.2f\n", $1, $2 / 1000, $3 + $4 }' "$work/time"
}

# row TITLE LIMIT_SECONDS LIMIT_MB: reads lines of `timed`, prints a row of the table.
row() {
    sort -n | awk -v title="$1" -v seconds="$2" -v megabytes="$3" '
        {
            time[NR] = $1
            if ($2 > peak) peak = $2
            if (NR == 1 || $3 < cpu) cpu = $3
        }
        END {
            median = time[int((NR + 1) / 2)]
            missed = (seconds != "-" && median >= seconds) || (megabytes != "-" && peak >= megabytes)
            limit = seconds == "-" ? "" : seconds " s" (megabytes == "-" ? "" : ", " megabytes " MB")
            printf "| %s | %.2f s | %.2f s | %.2f s | %d | %d MB | %s |\n", title, time[1], median, cpu, NR, peak, limit (missed ? " **missed**" : "")
            exit missed
        }' || failed=1
}

# touched NAME COMMAND...: the command, repeated, each time after the source was touched.
touched() {
    local folder=$work/$1
    shift
    (cd "$folder" && "$@" >"$work/log" 2>&1) || {
        cat "$work/log" >&2
        exit 1
    }
    for ((i = 0; i < repeat; i++)); do
        sleep 0.1
        touch "$folder/src/main.rs"
        timed "$folder" "$@"
    done
}

# expansion NAME LABEL LIMIT_SECONDS LIMIT_MB
expansion() {
    touched "$1" cargo check --offline >"$work/rows"
    row "$2, check" "$3" "$4" <"$work/rows"
    touched "$1" cargo build --offline >"$work/rows"
    row "$2, build" - - <"$work/rows"
}

# clean NAME LABEL LIMIT_SECONDS TIMES
clean() {
    : >"$work/rows"
    for ((i = 0; i < $4; i++)); do
        rm -rf "$work/$1/target"
        timed "$work/$1" cargo build --offline >>"$work/rows"
    done
    row "$2" "$3" - <"$work/rows"
}

echo "| what | least | median | CPU | runs | peak memory | limit |"
echo "|---|---|---|---|---|---|---|"
for step in "${steps[@]}"; do
    case $step in
    vww)
        user_crate vww "$work/vww.tflite" "" "$tflite_only"
        expansion vww "VWW-shaped TFLite model" 4 500
        ;;
    kws)
        user_crate kws "$kws" "$calibration" ""
        expansion kws "kws.onnx with calibration" 20 -
        ;;
    tflite)
        user_crate clean-tflite "$root/tests/cases/mlperf-kws-shaped/model.tflite" "" "$tflite_only"
        clean clean-tflite "clean \`cargo build\`, one TFLite model" 60 $(((repeat + 1) / 2))
        ;;
    onnx)
        user_crate clean-onnx "$kws" "$calibration" ""
        clean clean-onnx "clean \`cargo build\`, one ONNX model" 300 $(((repeat + 3) / 4))
        ;;
    override)
        user_crate vww-override "$work/vww.tflite" "" "$tflite_only" "$override"
        clean vww-override "clean \`cargo build\`, one TFLite model, build-override" - 1
        expansion vww-override "VWW-shaped TFLite model, build-override" - -
        user_crate kws-override "$kws" "$calibration" "" "$override"
        clean kws-override "clean \`cargo build\`, one ONNX model, build-override" - 1
        expansion kws-override "kws.onnx with calibration, build-override" - -
        ;;
    esac
done
exit $failed
