# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is tested, step by step. Sourced, not run; needs $work, a folder.

failed=0

# step TITLE COMMAND...: one line with the time it took, and with what the command said behind "note:";
# all that it said if it failed.
step() {
    local title=$1 begin=$SECONDS notes
    shift
    printf '  %-50s ' "$title"
    # Appended to, so that what a pipe also writes there ("tee -a /dev/stderr") is not written over.
    : >"$work/output"
    if "$@" >>"$work/output" 2>&1; then
        notes=$(sed -n 's/^note: //p' "$work/output" | paste -sd ';' | sed 's/;/; /g')
        echo "OK, $((SECONDS - begin)) s${notes:+: $notes}"
    else
        echo FAILED
        printf '    %s\n' "$*"
        sed 's/^/    | /' "$work/output"
        failed=$((failed + 1))
        return 1
    fi
}

# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.3
    done
}
