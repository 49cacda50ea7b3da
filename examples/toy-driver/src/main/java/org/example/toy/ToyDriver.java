package org.example.toy;

import java.util.HashMap;
import java.util.Map;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/** Cables in memory: two ports that name the same wire exchange frames. */
public final class ToyDriver implements Driver {
  /** The port that was first on each wire. */
  private final Map<String, ToyPort> wires = new HashMap<>();

  @Override
  public DriverInfo info() {
    return DriverInfo.of("toy", "0.1.0", "[1.0,2.0)", "Cables between ports, in memory");
  }

  @Override
  public ConfigSchema schema() {
    return ConfigSchema.of(
        ConfigKey.string("wire", "A name that two ports share; without it, frames come back."));
  }

  @Override
  public Probe probe() {
    return Probe.ok();
  }

  @Override
  public synchronized Port open(PortConfig config, Host host) throws DriverException {
    String wire = config.text("wire").orElse(null);
    ToyPort port = new ToyPort(me -> unplug(wire, me));
    ToyPort other = wire == null ? port : wires.putIfAbsent(wire, port);
    if (other != null && other.peer != null) {
      throw new DriverException(
          DriverException.Reason.BUSY,
          "The wire " + wire + " has two ends, and both are taken.",
          "Choose another name, or close one of its ports.");
    }
    if (other != null) {
      port.peer = other;
      other.peer = port;
    }
    return port;
  }

  private synchronized void unplug(String wire, ToyPort port) {
    ToyPort other = port.peer;
    port.peer = null;
    if (wire != null) {
      wires.remove(wire, port);
    }
    if (other != null && other != port) {
      other.peer = null;
      wires.put(wire, other);
    }
  }
}
