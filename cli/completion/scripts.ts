/** What a shell reads to complete the command; it asks the command itself, by the name under which it was typed. */
export const completionScripts = {
  bash: `_shelflife() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" __complete "$((COMP_CWORD - 1))" "\${COMP_WORDS[@]:1}" 2>/dev/null)
  # The tag of such a repository comes next.
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _shelflife shelflife
`,
  zsh: `#compdef shelflife
_shelflife() {
  local -a answers
  answers=("\${(@f)$("\${(Q)words[1]/#\\~/$HOME}" __complete "$((CURRENT - 2))" "\${(@Q)words[2,-1]}" 2>/dev/null)}")
  answers=("\${(@)answers:#}")
  if (( \${#answers} )); then
    compadd -S ' ' -- "\${(@)answers:#*:}"
    compadd -S '' -- "\${(@M)answers:#*:}"
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _shelflife ]]; then
  _shelflife
else
  compdef _shelflife shelflife
fi
`,
} as const
