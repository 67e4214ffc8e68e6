# The checks that the scripts of PipelineTests use. Shell.swift sources this file before a script; a script
# that starts another bash sources it there too: bash -c 'source "$CHECKS"; …'.
#
# A command that fails ends the script and adds a record to the file $FAILURES: also in a pipe, a function, a
# subshell, or a substitution, where `set -e` alone ignores it. Bash itself ignores the status of a condition, of
# `! COMMAND`, and of all but the last command of `A && B`. HarnessTests rejects scripts that use the last two.

set -eE -o pipefail
shopt -s inherit_errexit

# record STATUS COMMAND [NOTE]: adds a record of five fields, each ended by a zero byte. The second one has the
# script's lines that led here, the innermost first. A script may set the variable context, to be noted as well.
record() {
  local status=$1 command=$2 note=$3 lines='' index
  # The statuses of a pipe are of use, a single status is not.
  [[ $note == *' '* ]] || note=''
  for index in "${!BASH_SOURCE[@]}"; do
    if [[ ${BASH_SOURCE[index + 1]} == "$SCRIPT" ]]; then lines+="${BASH_LINENO[index]} "; fi
  done
  printf '%s\0' "$status" "$lines" "$PWD" "$command" "$note${context:+ ($context)}" >> "$FAILURES"
}

# fail STATUS COMMAND NOTE: ends the script.
fail() {
  record "$@"
  trap - ERR
  exit 1
}

trap 'record $? "$BASH_COMMAND" "${PIPESTATUS[*]}"' ERR
# scripts/mutate-checks breaks one check of the script, by a sed program.
if [[ ${MUTATION-} ]]; then sed -i "$MUTATION" "$SCRIPT"; fi

# Shell.swift sends SIGTERM at the time limit. In this trap bash does not know the line of the command.
trap 'SCRIPT=none record 143 "$BASH_COMMAND" "stopped by SIGTERM"; exit 143' TERM

# exits STATUS COMMAND…: the command ends with this status. `exits 143 wait $!` waits for a job.
# Bash ignores all but the last status of a function that is called here.
exits() {
  local expected=$1 status=0
  shift
  "$@" || status=$?
  if ((status != expected)); then fail "$status" "$*" "expected status $expected"; fi
}

# differ A B: both files exist, and their bytes differ.
differ() {
  local status=0
  cmp -s -- "$1" "$2" || status=$?
  if ((status != 1)); then
    if ((status == 0)); then fail 0 "differ $*" 'the files are equal'; fi
    fail "$status" "differ $*" 'a file is missing'
  fi
}

# absent PATH…: nothing has this name.
absent() {
  local path
  for path; do
    if [[ -e $path || -L $path ]]; then fail 0 "absent $*" "$path exists"; fi
  done
}

# has [OPTION…] PATTERN FILE and lacks [OPTION…] PATTERN FILE: some line of the file matches, or none does. The
# options are those of grep.
has() { match 0 has "$@"; }
lacks() { match 1 lacks "$@"; }
match() {
  local expected=$1 command="${*:2}" status=0 file="${*: -1}"
  grep -q "${@:3}" || status=$?
  if ((status != expected)); then
    fail "$status" "$command" "$file has: $(head -c 2000 -- "$file" 2>&1 || true)"
  fi
}

# await CONDITION: the condition becomes true within a minute.
await() {
  local start=$SECONDS
  until eval "$1"; do
    if ((SECONDS - start > 60)); then fail 1 "await $1" 'not within a minute'; fi
    sleep 0.01
  done
}

# with_signals COMMAND…: replaces the shell by a command that does not ignore the signals that the tests may have
# been started with ignored. For a background job.
with_signals() { exec env --default-signal=INT,TERM,HUP "$@"; }
