package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp qos show}. */
@Command(
    name = "show",
    description = {"Show the limits, priorities and shares of all ports, or of one.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp qos show",
      "  vhost-dp qos show vd0 --json",
      "",
      "Exit codes: 0 done, 1 there is no such port, or no instance answers,",
      "2 wrong options, or several instances run."
    })
final class QosShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PORT", arity = "0..1", description = "The port (all).")
  private String port;

  @Mixin private InstanceChoice instance;

  @Option(names = "--json", description = "Show the result as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  QosShowCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> status = ControlClient.status(instance.socket());
    List<Object> shown = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Object each : Json.array(status.get("ports"))) {
      names.add(String.valueOf(Json.at(each, "id")));
      if (port == null || port.equals(Json.at(each, "id"))) {
        shown.add(each);
      }
    }
    if (shown.isEmpty()) {
      throw new CommandFailed(
          "There is no port " + port + "; there are " + String.join(", ", names) + ".");
    }
    if (json) {
      out.println(Json.pretty(shape(shown)));
    } else {
      shown.forEach(each -> lines(each, "id", "qos").forEach(out::println));
    }
    return Exit.OK;
  }

  /** A list of ports with their lines. */
  static List<Object> shape(List<Object> ports) {
    List<Object> shape = new ArrayList<>();
    for (Object each : ports) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("port", Json.at(each, "id"));
      entry.put("lines", Json.array(Json.at(each, "qos")));
      entry.put("rx_limited", Json.at(each, "rx", "limited"));
      entry.put("tx_limited", Json.at(each, "tx", "limited"));
      shape.add(entry);
    }
    return shape;
  }

  /** "vd0: tx rate=100mbit", a line each; "vd0: no limits" where there is none. */
  static List<String> lines(Object port, String nameKey, String linesKey) {
    List<String> lines = new ArrayList<>();
    for (Object line : Json.array(Json.at(port, linesKey))) {
      lines.add(Json.at(port, nameKey) + ": " + line);
    }
    if (lines.isEmpty()) {
      lines.add(Json.at(port, nameKey) + ": no limits");
    }
    return lines;
  }
}
