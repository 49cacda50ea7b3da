package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import org.vhostdp.cli.text.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp port swap}. */
@Command(
    name = "swap",
    description = {
      "Move a running guest to another driver; it sees no reset.",
      "",
      "The other driver is a section of the configuration that no port uses. If it does not open,"
          + " nothing changes.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp port swap vd0 --driver tap1",
      "  vhost-dp port swap vd0 --driver tap1 --json",
      "",
      "Exit codes: 0 done, 1 refused and nothing changed, or no instance answers,",
      "2 wrong options, or several instances run."
    })
final class PortSwapCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PORT", description = "The port.")
  private String port;

  @Option(
      names = "--driver",
      paramLabel = "SECTION",
      required = true,
      description = "The NAME of the section [driver.NAME] to move to.")
  private String driver;

  @Mixin private InstanceChoice instance;

  @Option(names = "--json", description = "Show the result as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  PortSwapCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> request = ControlClient.request("port-swap");
    request.put("port", port);
    request.put("driver", driver);
    Object swap = ControlClient.ask(instance.socket(), request).get("swap");
    out.println(json ? Json.pretty(swap) : line(swap));
    return Exit.OK;
  }

  /** "vd0: from tap0 to tap1, outage 3.10 ms, 0 frames lost". */
  static String line(Object swap) {
    long lost = Json.number(Json.at(swap, "frames_lost"));
    return "%s: from %s to %s, outage %s, %d frame%s lost"
        .formatted(
            Json.at(swap, "port"),
            Json.at(swap, "from"),
            Json.at(swap, "to"),
            Units.latency(Json.number(Json.at(swap, "outage_ns"))),
            lost,
            lost == 1 ? "" : "s");
  }
}
