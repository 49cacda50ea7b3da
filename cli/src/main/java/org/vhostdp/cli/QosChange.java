package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Arguments of commands that change the limits of a port. */
final class QosChange {
  @Parameters(index = "0", paramLabel = "PORT", description = "The port.")
  private String port;

  @Mixin private InstanceChoice instance;

  @Option(names = "--json", description = "Show the result as JSON.")
  private boolean json;

  /** For picocli. */
  QosChange() {}

  /** Asks for the change, and shows what is in force then; the exit code. */
  int ask(List<String> lines, boolean add, PrintWriter out) throws Exception {
    Map<String, Object> request = ControlClient.request("qos-set");
    request.put("port", port);
    request.put("lines", lines);
    request.put("add", add);
    Object qos = ControlClient.ask(instance.socket(), request).get("qos");
    if (json) {
      out.println(Json.pretty(qos));
    } else {
      QosShowCommand.lines(qos, "port", "lines").forEach(out::println);
    }
    return Exit.OK;
  }
}
