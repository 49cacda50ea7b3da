package org.vhostdp.dataplane.port;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/** Opens ports that fail where a test wants it. Any thread. */
final class FaultySource implements DriverSource {
  private final List<FaultyPort> opened = new ArrayList<>();
  private final String section;
  private FaultyPort.Fault fault = FaultyPort.Fault.NONE;
  private boolean refuses;
  private int attempts;

  FaultySource(String section) {
    this.section = section;
  }

  @Override
  public String section() {
    return section;
  }

  @Override
  public String type() {
    return "loopback";
  }

  @Override
  public synchronized Port open() throws DriverException {
    attempts++;
    if (refuses) {
      throw new DriverException(DriverException.Reason.DEVICE, "It is not there.", "Wait.");
    }
    try {
      opened.add(new FaultyPort(PortBed.loopback()));
    } catch (LinuxException e) {
      throw new IllegalStateException(e);
    }
    opened.getLast().fail(fault);
    return opened.getLast();
  }

  /** The port opened last. */
  synchronized FaultyPort now() {
    return opened.getLast();
  }

  /** Whether attempts to open fail from now on. */
  synchronized void refuse(boolean all) {
    refuses = all;
  }

  /** Ports opened from now on fail there. */
  synchronized void opensFailing(FaultyPort.Fault where) {
    fault = where;
  }

  /** Attempts to open so far. */
  synchronized int attempts() {
    return attempts;
  }

  /** No port fails any more, and what hung goes on. */
  synchronized void mend() {
    refuses = false;
    for (FaultyPort port : opened) {
      port.fail(FaultyPort.Fault.NONE);
      port.go.release(1 << 20);
    }
  }
}
