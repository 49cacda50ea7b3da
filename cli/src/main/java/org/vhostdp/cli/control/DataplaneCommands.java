package org.vhostdp.cli.control;

import java.util.List;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.qos.QosSpec;

/** What every running instance answers over its control socket. */
public final class DataplaneCommands {
  private DataplaneCommands() {}

  /** Commands of one line each way. */
  public static List<ControlCommand> answering(Dataplane dataplane, StatusReport report) {
    return List.of(
        new StatusAnswer(report), new SwapAnswer(dataplane), new QosAnswer(limits(dataplane)));
  }

  private static QosAnswer.Limits limits(Dataplane dataplane) {
    return new QosAnswer.Limits() {
      @Override
      public QosSpec of(String port) throws Refusal {
        return dataplane.qos(port);
      }

      @Override
      public void change(String port, QosSpec spec) throws Refusal {
        dataplane.qos(port, spec);
      }
    };
  }

  /** Commands that keep their connection. */
  public static List<StreamingCommand> streaming(Dataplane dataplane) {
    return List.of(new PortCapture(dataplane::capture, "vhost-dp"));
  }
}
