package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import org.vhostdp.cli.text.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp port list}. */
@Command(
    name = "list",
    description = {"List a running instance's ports, and the drivers that stand by.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp port list",
      "  vhost-dp port list --json",
      "",
      "A driver that no port uses can take a port over: vhost-dp port swap.",
      "Exit codes: 0 done, 1 no instance answers, 2 wrong options, or several instances run."
    })
final class PortListCommand implements Callable<Integer> {
  private static final List<String> KEYS =
      List.of("id", "driver", "state", "profile", "attached", "link", "queue_pairs");

  @Mixin private InstanceChoice instance;

  @Option(names = "--json", description = "Show the result as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  PortListCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> status = ControlClient.status(instance.socket());
    if (json) {
      out.println(Json.pretty(shape(status)));
    } else {
      lines(status).forEach(out::println);
    }
    return Exit.OK;
  }

  /** The part of a status that says which port uses which driver. */
  static Map<String, Object> shape(Map<String, Object> status) {
    List<Object> ports = new ArrayList<>();
    for (Object port : Json.array(status.get("ports"))) {
      Map<String, Object> shown = new LinkedHashMap<>();
      KEYS.forEach(key -> shown.put(key, Json.at(port, key)));
      ports.add(shown);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ports", ports);
    result.put("standby", Json.array(status.get("standby")));
    return result;
  }

  static List<String> lines(Map<String, Object> status) {
    Table table = new Table("PORT", "DRIVER", "STATE", "PROFILE", "GUEST", "LINK", "QUEUES");
    for (Object port : Json.array(status.get("ports"))) {
      table.row(
          Json.at(port, "id"),
          StatusText.driver(port),
          Json.at(port, "state"),
          Json.at(port, "profile"),
          StatusText.attached(port),
          Json.at(port, "link"),
          StatusText.queues(port));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(StatusText.standby(status));
    return lines;
  }
}
