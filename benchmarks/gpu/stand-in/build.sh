#!/usr/bin/env bash
# Builds stand-ins for CUDA, to try the engine for GPUs where there is none: natives load, tensors are placed, copies are
# made and kernels are counted, but none computes. Needs gcc, binutils, unzip and the headers of CUDA 13.
#
#   benchmarks/gpu/stand-in/build.sh /tmp/mneme-gpu      a folder made by pack.sh; gets a folder stand-in
#
# Then, in that folder:
#   . stand-in/env.sh
#   ./run.sh --only doctor,suites                          values mean nothing, so suites fail
#   python3 stand-in/engine_errors.py results              failures that are not about values; there should be none
set -euo pipefail

if [ $# -ne 1 ] || [ ! -d "$1/mneme/lib" ]; then
    sed -n '2,11s/^# \{0,1\}//p' "$0"
    case "${1:-}" in -h | --help) exit 0 ;; *) exit 2 ;; esac
fi
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)/stand-in
headers=${CUDA_HOME:-/usr/local/cuda}/include
if [ ! -f "$headers/driver_types.h" ]; then
    echo "build.sh: no driver_types.h in $headers; set CUDA_HOME" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for jar in "$1"/mneme/lib/pytorch-*-gpu.jar "$1"/mneme/lib/cuda-*-linux-x86_64.jar; do
    unzip -q -o "$jar" '*.so*' -d "$work/natives"
done

# LIBRARY SYMBOL of everything that the natives ask of CUDA. Those of NCCL, cuFile and the driver have no version.
find "$work/natives" -name '*.so*' -exec nm -D --undefined-only {} + |
    awk '$1 == "U" {
        split($2, part, "@")
        if (part[2] ~ /^lib(cu|nv|nccl)/) print part[2], part[1]
        else if (part[1] ~ /^nccl/) print "libnccl.so.2", part[1]
        else if (part[1] ~ /^cuFile/) print "libcufile.so.0", part[1]
        else if (part[1] ~ /^cu[A-Z]/) print "libcuda.so.1", part[1]
    }' | sort -u >"$work/symbols"
# JavaCPP asks for these by name.
for library in libcudnn_engines_precompiled.so.9 libcudnn_engines_runtime_compiled.so.9 libcudnn_heuristic.so.9 \
    libcusolverMg.so.12 libnvJitLink.so.13; do
    echo "$library" >>"$work/symbols"
done

mkdir -p "$target"
for library in $(cut -d' ' -f1 "$work/symbols" | sort -u); do
    name=${library#lib}
    source=$work/$library.c
    own=$here/${name%%.so*}.c
    if [ -f "$own" ]; then cp "$own" "$source"; else : >"$source"; fi
    awk -v library="$library" '$1 == library && NF > 1 {print $2}' "$work/symbols" | while read -r symbol; do
        grep -q "\b$symbol(" "$source" || echo "long $symbol(void) { return 0; }"
    done >"$work/rest.c"
    cat "$work/rest.c" >>"$source"
    case $library in
        libcuda.so* | libcufile.so* | libnccl.so*) echo '{ global: *; };' >"$work/map" ;;
        *) echo "$library { global: *; };" >"$work/map" ;;
    esac
    gcc -shared -fPIC -O1 -w -I"$headers" -o "$target/$library" "$source" \
        "-Wl,-soname,$library" "-Wl,--version-script=$work/map"
done
cp "$here/engine_errors.py" "$target/"
cat >"$target/env.sh" <<END
export LD_LIBRARY_PATH=$target
export JDK_JAVA_OPTIONS="-Dorg.bytedeco.javacpp.platform.linkpath=$target -Dorg.bytedeco.javacpp.cachedir=$target/cache"
END
echo "stand-ins for $(ls "$target"/*.so* | wc -l) libraries in $target; next: . $target/env.sh"
