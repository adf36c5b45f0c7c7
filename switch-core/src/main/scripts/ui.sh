# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every script says to its user, and how. Sourced, not run.

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' yellow='' plain=''
fi

# say WORDS: one line of progress.
say() { printf '%s\n' "${bold}==>${plain} $*"; }

# fail SENTENCE: says why nothing more can be done, ends the script.
fail() {
    printf '%s\n' "${red}ipvane:${plain} $*" >&2
    exit 1
}

# result ok|missing|note NAME DETAIL: one line of a report.
result() {
    local colour
    case $1 in
        ok) colour=$green ;;
        note) colour=$yellow ;;
        *) colour=$red ;;
    esac
    printf '  %s%-8s%s %-14s %s\n' "$colour" "$1" "$plain" "$2" "$3"
}

# Debian keeps ip, ethtool and the like where an ordinary user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
