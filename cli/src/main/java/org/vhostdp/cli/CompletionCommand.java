package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp completion}. */
@Command(
    name = "completion",
    description = {"Print a script that completes this command's words in a shell.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(vhost-dp completion bash)",
      "  vhost-dp completion bash > /etc/bash_completion.d/vhost-dp",
      "  vhost-dp completion zsh > ~/.zfunc/_vhost-dp"
    })
final class CompletionCommand implements Callable<Integer> {
  /** Shells that are known. */
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  CompletionCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (shell == Shell.zsh) {
      // The script is bash's; zsh runs it through its own compatibility layer.
      out.println("#compdef vhost-dp");
      out.println("autoload -U +X compinit && compinit");
      out.println("autoload -U +X bashcompinit && bashcompinit");
    }
    out.println(AutoComplete.bash("vhost-dp", spec.root().commandLine()));
    return Exit.OK;
  }
}
