package org.vhostdp.dataplane.port;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A good port that fails where a test wants it to. */
final class FaultyPort implements Port {
  /** Where it fails. */
  enum Fault {
    NONE,
    TRANSMIT,
    RECEIVE,
    ARM,
    START,
    RECLAIM,
    /** Transmit does not return until {@link FaultyPort#go} has a permit. */
    BLOCK
  }

  /** For {@link Fault#BLOCK}. */
  final Semaphore go = new Semaphore(0);

  private static final int NO_EVENT = PortEvents.NONE;

  private final Port port;
  private final Events events;
  private volatile Fault fault = Fault.NONE;
  private volatile boolean closed;
  private volatile Throwable thrown = new IllegalStateException("made to fail");

  /** Wraps a port, which it closes. */
  FaultyPort(Port port) throws LinuxException {
    this.port = port;
    this.events = new Events(port.events().linkUp());
  }

  /** Fails there from now on. */
  void fail(Fault where) {
    fault = where;
  }

  /** What its queues throw: a RuntimeException or an Error. */
  void throwing(Throwable what) {
    thrown = what;
  }

  /** Reports an event. */
  void report(int event, boolean up) {
    report(event, NO_EVENT, up);
  }

  /** Reports two events at once. */
  void report(int event, int behind, boolean up) {
    events.up = up;
    events.behind = behind;
    events.pending = event;
    events.event.signal();
  }

  private void maybe(Fault where) {
    if (fault != where) {
      return;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) thrown;
  }

  @Override
  public Capabilities capabilities() {
    return port.capabilities();
  }

  @Override
  public void configure(PortSettings settings) throws DriverException {
    port.configure(settings);
  }

  @Override
  public void start() throws DriverException {
    if (fault == Fault.START) {
      throw new DriverException(
          DriverException.Reason.DEVICE, "The device does not start.", "Mend it.");
    }
    port.start();
  }

  @Override
  public void stop() {
    port.stop();
  }

  @Override
  public List<Region> regions() {
    return port.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return new Rx(port.rx(queue));
  }

  @Override
  public TxQueue tx(int queue) {
    return new Tx(port.tx(queue));
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    port.statistics(out);
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    if (type == ForeignMemory.class) {
      return port.facet(ForeignMemory.class).map(Foreign::new).map(type::cast);
    }
    return port.facet(type);
  }

  @Override
  public void close() {
    port.close();
    events.event.close();
    closed = true;
  }

  /** Whether it was closed. */
  boolean closed() {
    return closed;
  }

  private final class Foreign implements ForeignMemory {
    private final ForeignMemory real;

    Foreign(ForeignMemory real) {
      this.real = real;
    }

    @Override
    public int lend(MemorySegment memory, int flags) throws DriverException {
      return real.lend(memory, flags);
    }

    @Override
    public void reclaim(int id) throws DriverException {
      if (fault == Fault.RECLAIM) {
        throw new DriverException(
            DriverException.Reason.DEVICE, "Frames of it are in flight.", "Wait.");
      }
      real.reclaim(id);
    }
  }

  private record Wake(FaultyPort owner, Wakeup real) implements Wakeup {
    @Override
    public int fd() {
      return real.fd();
    }

    @Override
    public int events() {
      return real.events();
    }

    @Override
    public boolean arm() {
      owner.maybe(Fault.ARM);
      return real.arm();
    }
  }

  private final class Rx implements RxQueue {
    private final RxQueue real;

    Rx(RxQueue real) {
      this.real = real;
    }

    @Override
    public int receive(Burst frames, int max) {
      maybe(Fault.RECEIVE);
      return real.receive(frames, max);
    }

    @Override
    public void release(Burst frames, int first, int count) {
      maybe(Fault.RECEIVE);
      real.release(frames, first, count);
    }

    @Override
    public int receiveInto(Burst buffers, int count) {
      maybe(Fault.RECEIVE);
      return real.receiveInto(buffers, count);
    }

    @Override
    public Wakeup wakeup() {
      return new Wake(FaultyPort.this, real.wakeup());
    }
  }

  private final class Tx implements TxQueue {
    private final TxQueue real;

    Tx(TxQueue real) {
      this.real = real;
    }

    @Override
    public int claim(Burst frames, int max) {
      return real.claim(frames, max);
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {
      real.unclaim(frames, first, count);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      maybe(Fault.TRANSMIT);
      if (fault == Fault.BLOCK) {
        go.acquireUninterruptibly();
      }
      return real.transmit(frames, first, count);
    }

    @Override
    public int completed(Burst frames, int max) {
      return real.completed(frames, max);
    }

    @Override
    public Wakeup wakeup() {
      return new Wake(FaultyPort.this, real.wakeup());
    }
  }

  private static final class Events implements PortEvents, Wakeup {
    final EventFd event;
    volatile int pending;
    volatile int behind;
    volatile boolean up;

    Events(boolean up) throws LinuxException {
      this.up = up;
      this.event = EventFd.create();
    }

    @Override
    public int next() {
      int event = pending;
      pending = behind;
      behind = NONE;
      return event;
    }

    @Override
    public String detail() {
      return "The test made it so.";
    }

    @Override
    public boolean linkUp() {
      return up;
    }

    @Override
    public Wakeup wakeup() {
      return this;
    }

    @Override
    public int fd() {
      return event.fd().raw();
    }

    @Override
    public boolean arm() {
      event.drain();
      return pending != NONE;
    }
  }
}
