# Completion of ionq-tui for fish. In ~/.config/fish/config.fish: ionq-tui completion fish | source

function __ionq_tui_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (command ionq-tui completion --complete $before[2..-1] "$word" 2>/dev/null </dev/null)
    switch "$lines[1]"
        case files
            set -l name (string match -r -- '^--[^=]*=' "$word")
            for path in (__fish_complete_path (string replace -- "$name" '' "$word"))
                printf '%s\n' "$name$path"
            end
        case command
            set -l at (contains -i -- -- $before)
            set -l words (string escape -- $before[(math $at + 1)..-1])
            complete -C (string join -- ' ' $words "$word")
        case words
            printf '%s\n' $lines[2..-1]
    end
end

complete -c ionq-tui -f -k -a '(__ionq_tui_complete)'
