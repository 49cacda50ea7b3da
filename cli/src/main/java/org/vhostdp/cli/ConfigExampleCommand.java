package org.vhostdp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp config example}. */
@Command(
    name = "example",
    description = {"Print a configuration file with every key explained.", ""},
    footerHeading = "%nExamples:%n",
    footer = "  vhost-dp config example > vhost-dp.toml")
final class ConfigExampleCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  ConfigExampleCommand() {}

  /** The file's text. */
  static String text() throws IOException {
    try (InputStream in = ConfigExampleCommand.class.getResourceAsStream("example.toml")) {
      if (in == null) {
        throw new IOException("The program's own file example.toml is missing.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().print(text());
    return Exit.OK;
  }
}
