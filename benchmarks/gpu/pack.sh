#!/usr/bin/env bash
# Packs what a GPU machine without Java and Maven needs: the distribution with the natives for CUDA, a Java runtime,
# the suites of the engines with their class path, and the PyTorch peer. Downloads about 850 MB of natives.
#
#   benchmarks/gpu/pack.sh /tmp/mneme-gpu        then copy that folder over and start its run.sh
set -euo pipefail

usage() {
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit "${1:-0}"
}

case "${1:-}" in
    -h | --help) usage ;;
    '' | -*) usage 2 >&2 ;;
esac
[ $# -eq 1 ] || usage 2 >&2
target=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
console=1.14.4 # of JUnit's platform, beside JUnit 5.14.4

if [ -e "$target" ]; then
    echo "pack.sh: $target exists; name a new folder" >&2
    exit 1
fi
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
for jar in "$work"/suites/lib/pytorch-*-gpu.jar "$work"/suites/lib/cuda-*.jar; do
    cp "$jar" "$work/mneme/lib/"
done
"$jlink" --add-modules java.se,jdk.unsupported,jdk.management,jdk.zipfs,jdk.httpserver \
    --strip-debug --no-header-files --no-man-pages --output "$work/java"
cp "$root/benchmarks/gpu/run.sh" "$root/benchmarks/peer/pytorch_bench.py" "$work/"
mv "$work" "$target"
du -sh "$target"
