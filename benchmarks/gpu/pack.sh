#!/usr/bin/env bash
# Packs what a GPU machine without Java and Maven needs: the distribution with the natives for CUDA, a Java runtime,
# the suites of the engines with their class path, and the PyTorch peer. Downloads about 460 MB of natives; CUDA 13,
# cuDNN 9 and NCCL 2 must be on that machine.
#
#   benchmarks/gpu/pack.sh /tmp/mneme-gpu        then copy that folder over and start its run.sh
#   benchmarks/gpu/pack.sh /tmp/mneme-gpu 60M    also in parts of at most that size, in /tmp/mneme-gpu.parts; there:
#                                                cat mneme-gpu.parts/* | tar x
set -euo pipefail

usage() {
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit "${1:-0}"
}

case "${1:-}" in
    -h | --help) usage ;;
    '' | -*) usage 2 >&2 ;;
esac
[ $# -le 2 ] || usage 2 >&2
target=$1
part=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
console=1.14.4 # of JUnit's platform, beside JUnit 5.14.4

for folder in "$target" "$target.parts"; do
    if [ -e "$folder" ]; then
        echo "pack.sh: $folder exists; name a new folder" >&2
        exit 1
    fi
done
jlink=${JAVA_HOME:+$JAVA_HOME/bin/}jlink
if ! command -v "$jlink" >/dev/null; then
    echo "pack.sh: no jlink found. Set JAVA_HOME to a JDK 17 or newer" >&2
    exit 1
fi

maven() {
    "$root/mvnw" -q -B -ntp -f "$root/pom.xml" -Pcuda "$@"
}

# A folder of a name of its own until all is there.
work=$target.part
rm -rf "$work"
mkdir -p "$work/suites/lib"

# One build: the classes of all modules must be those of their jars.
modules=backends-cuda/libtorch,backends-cuda/libtorch-natives,runtime,cli,$(
    sed -n 's|.*<module>\(.*\)</module>.*|memory-plugins/\1|p' "$root/memory-plugins/pom.xml" | paste -sd,
)
maven -pl "$modules" -am -DskipTests package \
    dependency:copy-dependencies -DincludeScope=test -Dmdep.useRepositoryLayout=false \
    "-DoutputDirectory=$(realpath "$work")/suites/lib"
maven dependency:copy "-Dartifact=org.junit.platform:junit-platform-console-standalone:$console" \
    "-DoutputDirectory=$(realpath "$work")/suites" -pl bom
for module in ${modules//,/ }; do
    if [ -d "$root/$module/target/test-classes" ]; then
        mkdir -p "$work/suites/$module"
        cp -r "$root/$module/target/test-classes" "$work/suites/$module/"
    fi
done

cp -r "$root/cli/target/mneme" "$work/mneme"
mv "$work"/suites/lib/pytorch-*-gpu.jar "$work"/suites/lib/cuda-*-linux-x86_64.jar "$work/mneme/lib/"
# The natives for GPUs compute on the processor too, and ND4J is of no interest there.
rm "$work"/mneme/lib/pytorch-*-linux-x86_64.jar "$work"/mneme/lib/nd4j-native-*-linux-x86_64.jar
rm "$work"/suites/lib/pytorch-*-linux-x86_64.jar "$work"/suites/lib/nd4j-native-*-linux-x86_64.jar
for jar in "$work"/mneme/lib/*.jar; do
    rm -f "$work/suites/lib/$(basename "$jar")"
done
"$jlink" --add-modules java.se,jdk.unsupported,jdk.management,jdk.zipfs,jdk.httpserver \
    --strip-debug --no-header-files --no-man-pages --output "$work/java"
cp "$root"/benchmarks/gpu/{run.sh,summarize.py} "$root/benchmarks/peer/pytorch_bench.py" "$work/"
mv "$work" "$target"
if [ -n "$part" ]; then
    mkdir "$target.parts"
    tar c -C "$(dirname "$target")" "$(basename "$target")" | split -b "$part" -d -a 3 - "$target.parts/part."
fi
du -sh "$target"*
