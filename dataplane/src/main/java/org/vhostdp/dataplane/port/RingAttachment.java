package org.vhostdp.dataplane.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vhostdp.dataplane.io.IoStuck;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.io.PairControl;
import org.vhostdp.dataplane.io.QueuePair;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.net.ControlQueue;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueSetup;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.ring.DeviceRing;
import org.vhostdp.dataplane.ring.RingLayout;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Puts a port's rings into service on IO threads, and takes them out. Control thread. */
final class RingAttachment {
  private final MemorySegment scratch = Arena.ofAuto().allocate(4096, 8);

  private final BackEnd backEnd;
  private final PairControl[] pairs;
  private final CallState calls = new CallState(Arena.ofAuto());
  private int attached;
  private ControlQueue control;

  RingAttachment(BackEnd backEnd, int queuePairs, List<IoThread> threads, RingFaults faults) {
    this.backEnd = backEnd;
    this.pairs = new PairControl[queuePairs];
    for (int i = 0; i < queuePairs; i++) {
      int pair = i;
      QueuePair.FaultSink sink = (receive, why) -> faults.broken(2 * pair + (receive ? 0 : 1), why);
      pairs[i] = new PairControl(threads.get(i % threads.size()), new QueuePair(sink));
    }
  }

  /** Whether any ring but the control queue is in service. */
  boolean any() {
    return attached > 0;
  }

  ControlQueue control() {
    return control;
  }

  /** Puts a ring into service; its driver queue is started. */
  void attach(Vring ring, NetDevice device, int maxFrame) throws Refusal {
    boolean receive = ring.isReceive();
    QueueSetup setup =
        new QueueSetup(
            locate(ring, device, !receive),
            device.features(),
            Vring.raw(ring.call),
            ring.counters,
            maxFrame,
            backEnd.lentFor(receive));
    Port port = backEnd.port();
    int queue = ring.pair();
    try {
      if (receive) {
        ReceivePath path = new ReceivePath(setup, port.rx(queue), port.regions());
        pairs[queue].attach(path, port.rx(queue).wakeup(), Vring.raw(ring.kick));
      } else {
        int segments = backEnd.capabilities().maxSegments();
        TransmitPath path = new TransmitPath(setup, port.tx(queue), port.regions(), segments);
        pairs[queue].attach(path, port.tx(queue).wakeup(), Vring.raw(ring.kick));
      }
    } catch (IoStuck e) {
      throw new Refusal(e.getMessage(), e);
    }
    ring.attached = true;
    attached++;
  }

  private static DeviceRing locate(Vring ring, NetDevice device, boolean reading) throws Refusal {
    try {
      RingLayout layout =
          RingLayout.locate(
              device.memory(),
              Features.rings(device.features()),
              ring.size,
              ring.descriptors,
              ring.driver,
              ring.device,
              ring.base);
      return DeviceRing.of(reading ? layout.forReading() : layout, device.memory());
    } catch (MemoryRefused e) {
      throw new Refusal("ring " + ring.index + ": " + e.getMessage(), e);
    }
  }

  /** Takes a ring out of service; afterwards no IO thread touches its memory. */
  void detach(Vring ring) throws IoStuck {
    PairControl pair = pairs[ring.pair()];
    if (ring.isReceive()) {
      ReceivePath path = pair.detachReceive();
      ring.base = path == null ? ring.base : path.ring().base();
    } else {
      TransmitPath path = pair.detachTransmit();
      ring.base = path == null ? ring.base : path.ring().base();
    }
    ring.attached = false;
    attached--;
  }

  void attachControl(Vring ring, NetDevice device, ControlQueue.Handler commands) throws Refusal {
    control = new ControlQueue(locate(ring, device, false), commands);
    control.ring().requestKicks();
    ring.attached = true;
  }

  void detachControl(Vring ring) {
    ring.base = control.ring().base();
    ring.attached = false;
    control = null;
  }

  /** Answers commands until there are none; -1 if the ring broke. */
  int serveControl(Vring ring) {
    int answered = 0;
    do {
      int n = control.poll();
      if (n < 0) {
        return -1;
      }
      answered += n;
      if (n > 0 && control.interruptWanted() && ring.call != null) {
        EventFd.signal(calls, ring.call.raw());
      }
      // A command may have taken the control queue itself out of service.
    } while (control != null && control.ring().requestKicks() && answered < 64);
    return answered;
  }

  /** Tells the IO thread the interrupt descriptors of a pair. */
  void interrupts(Vring[] vrings, int pair) throws IoStuck {
    pairs[pair].interrupts(Vring.raw(vrings[2 * pair + 1].call), Vring.raw(vrings[2 * pair].call));
  }

  /** Interrupts the guest once: something may have come before the descriptor did. */
  void interruptOnce(Vring ring) {
    if (ring.attached && ring.call != null) {
      EventFd.signal(calls, ring.call.raw());
    }
  }

  /**
   * Reads away what a kick descriptor holds; it may be an eventfd or a pipe.
   *
   * @return false if nobody can ever write to it again
   */
  boolean drain(Fd kick) {
    return EventFd.drain(calls, kick.raw(), scratch) != -Errno.EPIPE;
  }

  void signalError(Vring ring) {
    if (ring.err != null) {
      EventFd.signal(calls, ring.err.raw());
    }
  }

  /** Sends one small frame on queue 0, if the port is started. */
  void transmitOnce(byte[] frame) throws IoStuck {
    if (!backEnd.started()) {
      return;
    }
    Port port = backEnd.port();
    pairs[0].call(
        () -> {
          Burst burst = new Burst(1);
          TxQueue queue = port.tx(0);
          if (queue.claim(burst, 1) == 1) {
            MemorySegment to = port.regions().get(burst.region[0]).segment();
            MemorySegment.copy(MemorySegment.ofArray(frame), 0, to, burst.offset[0], frame.length);
            burst.length[0] = frame.length;
            burst.flags[0] = 0;
            int sent = queue.transmit(burst, 0, 1);
            queue.unclaim(burst, sent, 1 - sent);
          }
          return null;
        });
  }
}
