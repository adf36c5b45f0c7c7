# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Which tests were skipped, and whether that may be. Sourced, not run; from the top folder.

# skipped FOLDER...: of the reports of JUnit below them, a line a skipped test: class.method, tab, reason.
skipped() {
    find "$@" -path '*surefire-reports/TEST-*.xml' -exec cat {} + 2>/dev/null | awk '
        function attribute(line, name) {
            if (!match(line, " " name "=\"[^\"]*\"")) return ""
            line = substr(line, RSTART, RLENGTH)
            sub(/^[^"]*"/, "", line)
            sub(/"$/, "", line)
            gsub(/&quot;/, "\"", line); gsub(/&apos;/, "\047", line); gsub(/&lt;/, "<", line)
            gsub(/&gt;/, ">", line); gsub(/&#10;/, " ", line); gsub(/&amp;/, "\\&", line)
            return line
        }
        /<testcase / { test = attribute($0, "classname") "." attribute($0, "name") }
        /<skipped/ {
            reason = attribute($0, "message")
            sub(/^Assumption failed: /, "", reason)
            print test "\t" (reason == "" ? "no reason given" : reason)
        }' | sort -u
}

# allowed REASON: whether it is in the list and its proof holds on this machine.
allowed() {
    local pattern proof
    while IFS=$'\t' read -r pattern proof; do
        case $pattern in '' | '#'*) continue ;; esac
        if [[ $1 =~ $pattern ]] && bash -c "$proof" >/dev/null 2>&1; then return 0; fi
    done <switch-core/src/test/scripts/allowed-skips
    return 1
}
