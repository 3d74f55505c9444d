# Running the tests so that whoever reads only the end of the output learns what failed.
# shellcheck shell=bash

# How many run at the same time. With all of them at once each takes as long as all, and no time limit means anything.
tests_at_once=8

# How long all may take, in seconds: what hangs is ended, and named.
tests_time_limit=1500

# Shows what went wrong and a line now and then, keeps everything in a log, and ends with each issue and the summary.
# The bundle is run without `swift test`, which would hold back what was said last when the tests break off.
run_tests() { # [ARGUMENT of swift test…]
    local log=$slot/log/tests.log status=0 bundle output reader
    bundle=$(swift build --show-bin-path)/TroupePackageTests.xctest
    exec {output}> >(tee "$log" | exec awk "$tests_at_work")
    reader=$!
    NO_COLOR=1 foreground tests timeout --kill-after=10 $tests_time_limit "$bundle" --testing-library swift-testing \
        --experimental-maximum-parallelization-width $tests_at_once "$@" >&"$output" 2>&1 {output}>&- || status=$?
    exec {output}>&-
    wait "$reader" || true
    if [ $status != 0 ]; then
        printf '\nAll of the output is in %s. What failed:\n\n' "$log" >&2
        awk "$failed_tests" "$log" >&2
    fi
    return $status
}

# Leaves out what is as it should be. The arguments of a test may have line breaks, so that a line of it is several.
# shellcheck disable=SC2016
tests_at_work='
    inside { inside = !/ started\.$/; next }
    /^◇ / { inside = !/ started\.$/; next }
    /^✔ (Test|Suite) .* passed after / && !/^✔ Test run with / {
        if (/^✔ Test / && ++passed % 100 == 0) { print "  " passed " tests have passed"; fflush() }
        next
    }
    { print; fflush() }'

# The issues, each with the lines that belong to it; when there is no summary, which tests were running at the end.
# shellcheck disable=SC2016
failed_tests='
    function name(line) { sub(/^[^ ]+ Test /, "", line); sub(/ (started\.|(passed|failed) after [0-9.]+ seconds.*)$/, "", line); return line }
    /^(◇|✔|✘|➜) / { shown = 0 }
    /^(◇|✔|✘) Test run with / { summary = $0; next }
    /^◇ Test run started/ { next }
    / recorded an issue/ { shown = 1 }
    shown { print }
    /^◇ Test .* started\.$/ { running[name($0)] }
    /^(✔|✘) Test .* (passed|failed) after / { delete running[name($0)] }
    END {
        if (summary == "") for (test in running) print "✘ Test " test " was running when the tests broke off"
        print summary == "" ? "✘ The tests broke off." : summary
    }'
