/** Shells that completions are written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** Each script asks `kea __complete` what may stand at the cursor. */
const SCRIPTS: Record<Shell, string> = {
  bash: `# kea completions for bash: put \`source <(kea completions bash)\` into ~/.bashrc
_kea() {
  local IFS=$'\\n'
  COMPREPLY=($(kea __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _kea kea
`,
  zsh: `#compdef kea
# kea completions for zsh: put \`source <(kea completions zsh)\` into ~/.zshrc, after compinit
_kea() {
  local -a proposals
  proposals=("\${(@f)$(kea __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${proposals[1]}" ]]; then compadd -- "\${proposals[@]}"; else _files; fi
}
compdef _kea kea
`,
  fish: `# kea completions for fish: put \`kea completions fish | source\` into ~/.config/fish/config.fish
function __kea_complete
  set -l words (commandline -opc) (commandline -ct)
  kea __complete $words[2..-1] 2>/dev/null
end
complete -c kea -a '(__kea_complete)'
`,
};

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
