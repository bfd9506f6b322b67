#!/usr/bin/env bash
# On a GPU machine, in a folder made by pack.sh: what doctor says, the suites of all engines, then mneme bench beside
# the PyTorch peer, each alone on the GPU. Everything goes to OUT (default: results).
#
#   ./run.sh                        all of it
#   ./run.sh --only doctor,bench    some of: doctor, suites, bench, peer
#   OUT=/tmp/results MEMORIES='none memformer' PRECISIONS=bf16 ./run.sh --only bench,peer
#
# CUDA's libraries that the system's linker does not find are looked for in all folders. The peer needs python3
# with torch; it is skipped, saying so, where there is none. Exit status: 0 if all that ran passed, 1 if something
# failed, 2 for a wrong call.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-results}
only=doctor,suites,bench,peer
if [ "${1:-}" = --only ] && [ $# -eq 2 ]; then
    only=$2
elif [ $# -gt 0 ]; then
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    case $1 in -h | --help) exit 0 ;; *) exit 2 ;; esac
fi
for part in ${only//,/ }; do
    case $part in
        doctor | suites | bench | peer) ;;
        *)
            echo "run.sh: --only $part: choose among doctor, suites, bench, peer" >&2
            exit 2
            ;;
    esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
export JAVA_HOME=$here/java
failed=0

wanted() { case ",$only," in *",$1,"*) true ;; *) false ;; esac; }

# NAME COMMAND..: runs it, keeps both outputs, notes a failure and goes on.
step() {
    local name=$1
    shift
    echo "== $name"
    if "$@" >"$out/$name.out" 2>"$out/$name.err"; then
        tail -n 3 "$out/$name.out"
    else
        echo "FAILED with status $?; see $out/$name.out and .err" >&2
        tail -n 5 "$out/$name.err" >&2
        failed=1
    fi
}

# Folders of CUDA's libraries that the linker would not find, such as those of Python packages.
cuda_folders() {
    local known library found
    known=$(ldconfig -p 2>/dev/null)
    # Not the copies that JavaCPP unpacks.
    found=$(find / -xdev -name 'lib[cn][uvc]*.so.*' -not -path '*/org/bytedeco/*' -print 2>/dev/null)
    for library in libcudart.so.13 libcupti.so.13 libcublas.so.13 libcublasLt.so.13 libcusparse.so.12 \
        libnvJitLink.so.13 libcusolver.so.12 libcufft.so.12 libcurand.so.10 libcufile.so.0 libnvrtc.so.13 libnccl.so.2 \
        libcudnn.so.9; do
        case $known in *"$library "*) continue ;; esac
        grep -m 1 "/$library\$" <<<"$found" || echo "no $library found" >&2
    done | sed 's|/[^/]*$||' | sort -u | paste -sd:
}

{
    nvidia-smi || true
    cat /proc/driver/nvidia/version || true
} >"$out/machine.txt" 2>&1
folders=$(cuda_folders 2>>"$out/machine.txt")
if [ -n "$folders" ]; then
    export LD_LIBRARY_PATH=$folders${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    echo "LD_LIBRARY_PATH=$LD_LIBRARY_PATH" >>"$out/machine.txt"
fi

if wanted doctor; then
    step doctor "$here/mneme/bin/mneme" doctor --backend libtorch-cuda
    cat "$out/doctor.out"
fi

if wanted suites; then
    for classes in "$here"/suites/*/test-classes "$here"/suites/*/*/test-classes; do
        [ -d "$classes" ] || continue
        module=$(basename "$(dirname "$classes")")
        filter=(--include-classname '.*(Contract|Golden|Parity|Replay|Precision|Cuda).*Test')
        step "suite-$module" env OMP_WAIT_POLICY=PASSIVE "$JAVA_HOME/bin/java" \
            -Dorg.bytedeco.javacpp.nopointergc=true -Dorg.bytedeco.javacpp.maxBytes=0 \
            -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
            -cp "$here/suites/junit-platform-console-standalone-1.14.4.jar:$classes:$here/suites/lib/*:$here/mneme/lib/*" \
            org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary \
            --scan-class-path="$classes" "${filter[@]}" --reports-dir="$out/suite-$module"
    done
fi

sizes=(--dim 512 --layers 8 --heads 8 --batch 16 --segments 8 --segment 512 --vocab 32000 --steps 20 --warmup 5)
read -r -a memories <<<"${MEMORIES:-none memory-transformer memformer recurrent-memory-transformer transformer-xl \
compressive-transformer infinite-former}"
read -r -a precisions <<<"${PRECISIONS:-bf16 tf32 f32}"
# What the peer has too.
peers=' none memory-transformer memformer recurrent-memory-transformer transformer-xl '

# How many rows a memory has; those without an entry go by their own default.
slots() {
    case $1 in
        memory-transformer | memformer | recurrent-memory-transformer) echo --slots 16 ;;
    esac
}

has_peer=false
if wanted peer; then
    if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        has_peer=true
    else
        echo "== peer skipped: python3 has no torch that sees a GPU"
    fi
fi

# In turn, so that both meet the machine in the same state.
for precision in "${precisions[@]}"; do
    for memory in "${memories[@]}"; do
        read -r -a rows <<<"$(slots "$memory")"
        for mode in train infer; do
            name=$memory.$precision.$mode
            if wanted bench; then
                step "bench.$name" "$here/mneme/bin/mneme" bench --backend libtorch-cuda --memory "$memory" \
                    --precision "$precision" --mode "$mode" "${sizes[@]}" ${rows[@]+"${rows[@]}"} --json
            fi
            if $has_peer && [[ $peers == *" $memory "* ]]; then
                step "peer.$name" python3 "$here/pytorch_bench.py" --device cuda --memory "$memory" \
                    --dtype "$precision" --mode "$mode" "${sizes[@]}" ${rows[@]+"${rows[@]}"}
            fi
        done
    done
done

for file in "$out"/bench.*.out "$out"/peer.*.out; do
    [ -s "$file" ] && printf '%s %s\n' "$(basename "$file" .out)" "$(tail -n 1 "$file")"
done >"$out/results.txt"
if [ -s "$out/results.txt" ] && command -v python3 >/dev/null; then
    python3 "$here/summarize.py" "$out/results.txt" >"$out/results.md" && cat "$out/results.md"
fi
exit "$failed"
