package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp status}. */
@Command(
    name = "status",
    description = {"Show the ports of a running instance, and what is wrong with them.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp status",
      "  vhost-dp status --json",
      "  vhost-dp status --pid 4711",
      "",
      "rx is what the guest receives, tx what it sends.",
      "Exit codes: 0 done, 1 no instance answers, 2 wrong options, or several instances run."
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private InstanceChoice instance;

  @Option(names = "--json", description = "Show all there is to know, as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  StatusCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> status = ControlClient.status(instance.socket());
    if (json) {
      out.println(Json.pretty(status));
    } else {
      StatusText.of(status).forEach(out::println);
    }
    return Exit.OK;
  }
}
