package org.vhostdp.dataplane.port;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.io.IoStuck;
import org.vhostdp.dataplane.net.ControlQueue;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;

/**
 * Which of a device's rings run. A ring runs when it was started, enabled, addressed and memory is
 * there; {@link #refresh()} attaches and detaches until that is so. The port's control thread.
 */
final class RunningRings {
  private final Vring[] vrings;
  private final Negotiation agreed;
  private final MemoryTable memory;
  private final DriverSide driver;
  private final RingAttachment rings;
  private final ControlQueue.Handler commands;

  /**
   * @param vrings a receive and a transmit ring for each queue pair, and one more
   * @param commands answers the guest's commands
   */
  RunningRings(
      Vring[] vrings,
      Negotiation agreed,
      MemoryTable memory,
      DriverSide driver,
      RingAttachment rings,
      ControlQueue.Handler commands) {
    this.vrings = vrings;
    this.agreed = agreed;
    this.memory = memory;
    this.driver = driver;
    this.rings = rings;
    this.commands = commands;
  }

  private int queuePairs() {
    return vrings.length / 2;
  }

  /** Index of the control queue (virtio 1.3, 5.1.2). */
  int controlIndex() {
    return agreed.hasAny(Features.MQ | Features.RSS) ? 2 * queuePairs() : 2;
  }

  boolean isControl(Vring ring) {
    return agreed.has(Features.CTRL_VQ) && ring.index == controlIndex();
  }

  /** Queue pairs in use: those that the guest named by command, or else that it started. */
  int activePairs() {
    if (rings.control() != null && agreed.hasAny(Features.MQ | Features.RSS)) {
      return agreed.queues().pairs();
    }
    int active = 0;
    while (active < queuePairs() && vrings[2 * active].ready(enableNeeded())) {
      active++;
    }
    return Math.max(1, active);
  }

  private boolean enableNeeded() {
    return agreed.has(Features.PROTOCOL_FEATURES);
  }

  /** Attaches and detaches until what runs is what should run. */
  void refresh() throws Refusal {
    boolean possible = agreed.done() && memory.now().count() > 0;
    Vring control = vrings[controlIndex()];
    boolean controlRuns = possible && isControl(control) && control.ready(enableNeeded());
    if (controlRuns && !control.attached) {
      rings.attachControl(control, agreed.features(), memory.now(), commands);
    }
    List<Vring> wanted = new ArrayList<>();
    int active = activePairs();
    for (Vring ring : vrings) {
      boolean data = ring.index < 2 * queuePairs() && !isControl(ring);
      boolean wants = data && ring.pair() < active && ring.ready(enableNeeded());
      if (possible && wants && driver.backEnd() != null) {
        wanted.add(ring);
      } else if (ring.attached && !(controlRuns && ring == control)) {
        detach(ring);
      }
    }
    try {
      drive(wanted);
    } catch (DriverException | LinuxException e) {
      throw new Refusal("the driver refuses: " + e.getMessage(), e);
    }
  }

  private void drive(List<Vring> wanted) throws DriverException, LinuxException, Refusal {
    if (wanted.isEmpty()) {
      if (!rings.any()) {
        driver.rest();
      }
      return;
    }
    GuestWishes wishes = agreed.wishes(activePairs());
    if (driver.disturbs(wishes)) {
      detachData();
    }
    driver.run(wishes);
    if (!rings.any()) {
      rings.arrange(driver.together());
    }
    for (Vring ring : wanted) {
      if (!ring.attached) {
        rings.attach(ring, agreed.features(), memory.now());
      }
    }
  }

  void detach(Vring ring) throws Refusal {
    if (ring.attached) {
      if (isControl(ring)) {
        rings.detachControl(ring);
      } else {
        acknowledged(() -> rings.detach(ring));
      }
    }
  }

  void detachAll() throws Refusal {
    for (Vring ring : vrings) {
      detach(ring);
    }
  }

  /** All but the control queue. */
  void detachData() throws Refusal {
    for (Vring ring : vrings) {
      if (!isControl(ring)) {
        detach(ring);
      }
    }
  }

  /** What an IO thread must acknowledge. */
  interface IoCall {
    void run() throws IoStuck;
  }

  static void acknowledged(IoCall call) throws Refusal {
    try {
      call.run();
    } catch (IoStuck e) {
      throw new Refusal(e.getMessage(), e);
    }
  }
}
