package org.vhostdp.dataplane.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.vhostdp.dataplane.io.IoStuck;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.io.PairControl;
import org.vhostdp.dataplane.io.QueuePair;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.net.ControlQueue;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueSetup;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.dataplane.ring.DeviceRing;
import org.vhostdp.dataplane.ring.RingLayout;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Puts a port's rings into service on IO threads, and takes them out. Control thread. */
final class RingAttachment {
  private static final int MOST_WEIGHT = 64;

  private final MemorySegment scratch = Arena.ofAuto().allocate(4096, 8);

  private final DriverSide driver;
  private final List<IoThread> threads;
  private final QueuePair.FaultSink[] sinks;
  private final PairControl[] pairs;

  /** What is in service. A pair that failed forgets its paths, whose positions are needed still. */
  private final TransmitPath[] transmitting;

  private final ReceivePath[] receiving;
  private final CallState calls = new CallState(Arena.ofAuto());
  private int attached;
  private ControlQueue control;

  RingAttachment(DriverSide driver, int queuePairs, List<IoThread> threads, RingFaults faults) {
    this.driver = driver;
    this.threads = List.copyOf(threads);
    this.pairs = new PairControl[queuePairs];
    this.transmitting = new TransmitPath[queuePairs];
    this.receiving = new ReceivePath[queuePairs];
    this.sinks = new QueuePair.FaultSink[queuePairs];
    for (int i = 0; i < queuePairs; i++) {
      sinks[i] = new PairFaults(i, faults);
    }
    arrange(false);
  }

  /** What an IO thread says of one pair. */
  private record PairFaults(int pair, RingFaults faults) implements QueuePair.FaultSink {
    @Override
    public void broken(boolean receive, String why) {
      faults.broken(2 * pair + (receive ? 0 : 1), why);
    }

    @Override
    public void driverFailed(String why) {
      faults.driverFailed(why);
    }
  }

  /**
   * Spreads the pairs over the IO threads, or puts all on one; one whose driver hangs is left to
   * it. No data ring is attached.
   */
  void arrange(boolean together) {
    for (int i = 0; i < pairs.length; i++) {
      IoThread thread = threads.get(together ? 0 : i % threads.size());
      if (pairs[i] == null || pairs[i].thread() != thread || pairs[i].hung()) {
        pairs[i] = new PairControl(thread, new QueuePair(sinks[i]));
      }
    }
  }

  /** Whether any ring but the control queue is in service. */
  boolean any() {
    return attached > 0;
  }

  ControlQueue control() {
    return control;
  }

  /** Puts a ring into service; the driver runs. */
  void attach(Vring ring, long features, GuestMemory memory) throws Refusal {
    try {
      if (ring.isReceive()) {
        attachReceive(ring, features, memory);
      } else {
        attachTransmit(ring, features, memory);
      }
    } catch (IoStuck | LinuxException e) {
      throw new Refusal(e.getMessage(), e);
    }
    ring.attached = true;
    attached++;
    share(ring.pair());
  }

  private void share(int pair) throws Refusal {
    QosSpec qos = driver.spec().services().qos();
    try {
      int weight = Math.min(MOST_WEIGHT, qos.weight(pair) * qos.portWeight());
      pairs[pair].share(qos.priority(pair), weight);
    } catch (IoStuck e) {
      throw new Refusal(e.getMessage(), e);
    }
  }

  private void attachReceive(Vring ring, long features, GuestMemory memory)
      throws Refusal, IoStuck, LinuxException {
    QueueWay<RxQueue> way = driver.stages().receive(ring.pair(), ring.counters);
    ReceivePath path =
        new ReceivePath(setup(ring, features, memory, way), way.queue(), way.frames());
    pairs[ring.pair()].attach(path, way.queue().wakeup(), Vring.raw(ring.kick));
    receiving[ring.pair()] = path;
  }

  private void attachTransmit(Vring ring, long features, GuestMemory memory)
      throws Refusal, IoStuck, LinuxException {
    QueueWay<TxQueue> way = driver.stages().transmit(ring.pair(), ring.counters);
    TransmitPath path =
        new TransmitPath(
            setup(ring, features, memory, way), way.queue(), way.frames(), way.maxSegments());
    pairs[ring.pair()].attach(path, way.queue().wakeup(), Vring.raw(ring.kick));
    transmitting[ring.pair()] = path;
  }

  private QueueSetup setup(Vring ring, long features, GuestMemory memory, QueueWay<?> way)
      throws Refusal {
    return new QueueSetup(
        locate(ring, features, memory, !ring.isReceive()),
        features,
        Vring.raw(ring.call),
        ring.counters,
        way.maxFrame(),
        way.direct() ? driver.backEnd().lentFor(ring.isReceive()) : null);
  }

  private static DeviceRing locate(Vring ring, long features, GuestMemory memory, boolean reading)
      throws Refusal {
    try {
      RingLayout layout =
          RingLayout.locate(
              memory,
              Features.rings(features),
              ring.size,
              ring.descriptors,
              ring.driver,
              ring.device,
              ring.base);
      return DeviceRing.of(reading ? layout.forReading() : layout, memory);
    } catch (MemoryRefused e) {
      throw new Refusal("ring " + ring.index + ": " + e.getMessage(), e);
    }
  }

  /** Takes a ring out of service; afterwards no IO thread touches its memory. */
  void detach(Vring ring) throws IoStuck {
    int pair = ring.pair();
    if (ring.isReceive()) {
      pairs[pair].detachReceive();
      ring.base = receiving[pair].ring().base();
      receiving[pair] = null;
    } else {
      if (pairs[pair].detachTransmit() != null) {
        transmitting[pair].discard();
      }
      ring.base = transmitting[pair].ring().base();
      transmitting[pair] = null;
    }
    ring.attached = false;
    attached--;
  }

  void attachControl(Vring ring, long features, GuestMemory memory, ControlQueue.Handler commands)
      throws Refusal {
    control = new ControlQueue(locate(ring, features, memory, false), commands);
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

  /**
   * Done when no IO thread is inside a call of the driver that was detached; perhaps never, if that
   * hangs.
   */
  CompletionStage<Void> abandoned() {
    CompletableFuture<?>[] all = new CompletableFuture<?>[pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      all[i] = pairs[i].abandoned().toCompletableFuture();
    }
    return CompletableFuture.allOf(all);
  }

  /** Has a pair look for frames at its IO thread's next turn. That thread. */
  void wake(int pair) {
    pairs[pair].waker().run();
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
    BackEnd backEnd = driver.backEnd();
    if (backEnd == null || !backEnd.started()) {
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
