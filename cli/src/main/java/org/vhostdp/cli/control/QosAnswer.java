package org.vhostdp.cli.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.qos.QosRefused;
import org.vhostdp.dataplane.qos.QosSpec;

/**
 * The command {@code qos-set}: the {@code lines} take the place of a {@code port}'s limits, or,
 * with {@code "add": true}, come beside them. The answer holds all that are in force then.
 *
 * @param limits whose limits they are
 */
record QosAnswer(Limits limits) implements ControlCommand {
  /** The limits of a dataplane's ports. */
  interface Limits {
    QosSpec of(String port) throws Refusal;

    void change(String port, QosSpec spec) throws Refusal;
  }

  @Override
  public String name() {
    return "qos-set";
  }

  @Override
  public String lane(Map<String, Object> request) {
    return RequestFields.lane(request);
  }

  @Override
  public Map<String, Object> answer(Map<String, Object> request) throws ControlRefused {
    String port = RequestFields.text(request, "port");
    List<String> lines = RequestFields.lines(request, "lines");
    try {
      List<String> all = new ArrayList<>();
      // Asked for in any case, so that an unknown port is named before a line is judged.
      List<String> before = limits.of(port).lines();
      if (Boolean.TRUE.equals(request.get("add"))) {
        all.addAll(before);
      }
      all.addAll(lines);
      limits.change(port, QosSpec.of(all));
      Map<String, Object> qos = new LinkedHashMap<>();
      qos.put("port", port);
      qos.put("lines", limits.of(port).lines());
      return Map.of("qos", qos);
    } catch (QosRefused e) {
      throw new ControlRefused(e.getMessage(), e);
    } catch (Refusal e) {
      throw RequestFields.refused(e);
    }
  }
}
