#compdef ionq-tui
# Completion of ionq-tui for zsh. In ~/.zshrc, after compinit: eval "$(ionq-tui completion zsh)"
# Or save it as _ionq-tui in a directory of $fpath.

_ionq_tui() {
    local line kind value
    local -a values shown
    local -i at width=0
    local -a lines=("${(@f)$(command ionq-tui completion --complete "${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
    kind=$lines[1]
    shift lines
    case $kind in
        files)
            compset -P '--*='
            _files
            ;;
        command)
            at=${words[(i)--]}
            words=("${(@)words[at+1,-1]}")
            ((CURRENT -= at))
            _normal
            ;;
        words)
            values=("${(@)lines%%$'\t'*}")
            for value in $values; do
                ((${#value} > width)) && width=${#value}
            done
            for line in $lines; do
                value=${line%%$'\t'*}
                line="${(r:width:)value}  ${line#*$'\t'}"
                shown+=("${line[1,COLUMNS - 1]}")
            done
            # -U, since an id may also be given by its end; -l, a line for each; -V, in this order.
            (($#values)) && compadd -U -l -V ionq-tui -d shown -a values
            ;;
    esac
}

if [[ $funcstack[1] == _ionq-tui ]]; then
    _ionq_tui "$@"
else
    compdef _ionq_tui ionq-tui
fi
