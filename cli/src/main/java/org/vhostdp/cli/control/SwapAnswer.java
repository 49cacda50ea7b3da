package org.vhostdp.cli.control;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.port.SwapReport;

/**
 * The command {@code port-swap}: {@code port} moves to the driver section {@code driver}.
 *
 * @param dataplane whose ports they are
 */
record SwapAnswer(Dataplane dataplane) implements ControlCommand {
  @Override
  public String name() {
    return "port-swap";
  }

  @Override
  public String lane(Map<String, Object> request) {
    return RequestFields.lane(request);
  }

  @Override
  public Map<String, Object> answer(Map<String, Object> request) throws ControlRefused {
    String port = RequestFields.text(request, "port");
    try {
      SwapReport report = dataplane.swap(port, RequestFields.text(request, "driver"));
      Map<String, Object> swap = new LinkedHashMap<>();
      swap.put("port", port);
      swap.put("from", report.from());
      swap.put("to", report.to());
      swap.put("outage_ns", report.outageNanos());
      swap.put("frames_lost", report.framesLost());
      return Map.of("swap", swap);
    } catch (Refusal e) {
      throw RequestFields.refused(e);
    }
  }
}
