package org.vhostdp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp qos add}. */
@Command(
    name = "add",
    description = {"Add limits, priorities and shares to what a port has.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp qos add vd0 \"tx rate=100mbit burst=64k\" \"rx packets=10000\"",
      "  vhost-dp qos add vd0 \"rx queue=1 rate=10mbit\" \"queue=0 weight=3 priority=1\"",
      "  vhost-dp qos add vd0 \"class=2 dscp=46,34 rate=10mbit priority=0\"",
      "",
      "A line begins with tx (the guest sends), rx (it receives), queue=N, class=N or port.",
      "rate: bit, kbit, mbit, gbit; packets: frames a second; burst: bytes, k, m;",
      "weight: 1 to 64; priority: 0 (first) to 7. docs/operating.md has them all.",
      "",
      "Exit codes: 0 done, 1 refused and nothing changed, or no instance answers,",
      "2 wrong options, or several instances run."
    })
final class QosAddCommand implements Callable<Integer> {
  @Mixin private QosChange change;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "LINE",
      description = "Such as \"tx rate=100mbit\", in quotes.")
  private List<String> lines = new ArrayList<>();

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  QosAddCommand() {}

  @Override
  public Integer call() throws Exception {
    return change.ask(lines, true, spec.commandLine().getOut());
  }
}
