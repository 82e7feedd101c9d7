# Divides a line as bash does, without evaluating anything: `=`, `:` and `@` do not divide, as they do in COMP_WORDS. Sets
# `words`, which quote the last word is in, and how much of it stands before what readline takes for the word.
_tfevents_words() {
    local line=$1 word='' begun='' escaped='' i c
    words=() quote='' before=0
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [[ $escaped ]]; then
            # Between double quotes, a backslash before most characters is one.
            [[ $quote && $c != [\"\$\`\\] ]] && word+=\\
            word+=$c escaped=''
        elif [[ $c == \\ && $quote != \' ]]; then
            escaped=1 begun=1
        elif [[ $quote ]]; then
            if [[ $c == "$quote" ]]; then quote=''; else word+=$c; fi
        elif [[ $c == [\'\"] ]]; then
            quote=$c begun=1 before=${#word}
        elif [[ $c == [$' \t\n'] ]]; then
            [[ $begun ]] && words+=("$word")
            word='' begun='' before=0
        else
            # Readline leaves an `@` with what follows it.
            [[ $c == @ ]] && before=${#word}
            word+=$c begun=1
            [[ $c != @ && $COMP_WORDBREAKS == *"$c"* ]] && before=${#word}
        fi
    done
    words+=("$word")
}

_tfevents() {
    local words quote before
    # What is left of the word at the cursor does not count.
    _tfevents_words "-${COMP_LINE:COMP_POINT}"
    local after=("${words[@]:1}")
    _tfevents_words "${COMP_LINE:0:COMP_POINT}"
    local index=$((${#words[@]} - 1)) line
    local current=${words[index]}
    COMPREPLY=()
    while IFS= read -r line; do
        [[ $line == "${current:0:before}"?* ]] && COMPREPLY+=("${line:before}")
    done < <(_CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$index VARIABLE=bash tfevents -- "${words[@]}" "${after[@]}" && echo)
    # A directory, an option or an aggregate may go on.
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *[=/:] ]]; then
        compopt -o nospace 2> /dev/null
    fi
    # Readline puts what it is offered on the line as it is: a name with a space would become two, and one with $(…) a command.
    local i reply
    for i in "${!COMPREPLY[@]}"; do
        reply=${COMPREPLY[i]}
        case $quote in
            \') reply=${reply//\'/\'\\\'\'} ;;
            \")
                reply=${reply//\\/\\\\}
                reply=${reply//\"/\\\"}
                reply=${reply//\$/\\\$}
                reply=${reply//\`/\\\`}
                ;;
            *) printf -v reply '%q' "$reply" ;;
        esac
        COMPREPLY[i]=$reply
    done
}
complete -o bashdefault -o nosort -F _tfevents tfevents 2> /dev/null || complete -o bashdefault -F _tfevents tfevents
