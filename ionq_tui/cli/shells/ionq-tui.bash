# Completion of ionq-tui for bash. In ~/.bashrc: eval "$(ionq-tui completion bash)"
# Candidates are added as they are and never expanded, whatever they contain.

_ionq_tui() {
    local word line kind= at
    word=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY[${#COMPREPLY[@]}]=${line%%$'\t'*}
        fi
    done < <(command ionq-tui completion --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
    case $kind in
        files) compopt -o default 2>/dev/null ;; # readline completes paths
        command)
            for ((at = 1; at < COMP_CWORD; at++)); do
                [[ ${COMP_WORDS[at]} == -- ]] && break
            done
            if declare -F _command_offset >/dev/null; then
                _command_offset $((at + 1))
            elif ((at + 1 == COMP_CWORD)); then
                while IFS= read -r line; do
                    COMPREPLY[${#COMPREPLY[@]}]=$line
                done < <(compgen -c -- "$word")
            else
                compopt -o default 2>/dev/null
            fi
            ;;
    esac
}

complete -o nosort -F _ionq_tui ionq-tui 2>/dev/null || complete -F _ionq_tui ionq-tui # nosort needs bash 4.4
