package org.vhostdp.dataplane.frontend.vhostuser;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.events.PortState;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.port.DeviceStatus;
import org.vhostdp.dataplane.port.DriverSource;
import org.vhostdp.dataplane.port.NetDevice;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.port.RingFaults;
import org.vhostdp.dataplane.port.SwapReport;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/**
 * A port that a vhost-user front-end attaches to. One control thread each, so that nothing a
 * front-end or a driver does can hold up another port; it sleeps in poll(2).
 */
public final class VhostUserPort implements AutoCloseable {
  private static final Logger LOG = System.getLogger(VhostUserPort.class.getName());

  private static final int RETRY_MILLIS = 500;
  private static final int NO_RING = -1;
  private static final int WAKE = 0;
  private static final int LISTENER = 1;
  private static final int SESSION = 2;
  private static final int CONTROL = 3;
  private static final int DRIVER = 4;

  /** What an IO thread said: a ring broke, or, with ring -1, the driver failed. */
  private record Fault(int ring, String why) {}

  private final SocketSpec spec;
  private final NetDevice device;
  private final DriverLink driver;
  private final EventFd wake;
  private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final Tasks tasks;
  private final Poll poll = new Poll(5);
  private final Thread thread;

  private UnixSocket listener;
  private volatile Session session;
  private volatile boolean closing;
  private volatile int sessions;

  /**
   * Opens the socket and starts the control thread.
   *
   * @param port what it is
   * @param spec where its front-end comes from
   * @param driver the driver's port, open; owned from here on, also if this throws
   * @param threads IO threads for its queue pairs
   */
  public VhostUserPort(PortSpec port, SocketSpec spec, Port driver, List<IoThread> threads)
      throws LinuxException, DriverException {
    this(port, spec, driver, null, threads);
  }

  /**
   * The same with a driver that can be opened again.
   *
   * @param source where the driver came from
   */
  public VhostUserPort(
      PortSpec port, SocketSpec spec, Port driver, DriverSource source, List<IoThread> threads)
      throws LinuxException, DriverException {
    this.spec = spec;
    EventFd made = null;
    try {
      made = EventFd.create();
      this.wake = made;
      this.tasks = new Tasks(made);
      this.device = new NetDevice(port, driver, threads, new Faults());
      this.driver = new DriverLink(device, source, driver);
      openSocket();
    } catch (LinuxException | DriverException | RuntimeException e) {
      driver.close();
      if (made != null) {
        made.close();
      }
      throw e;
    }
    this.thread = Thread.ofPlatform().name("port-" + port.id()).daemon(true).unstarted(this::run);
    thread.start();
  }

  private final class Faults implements RingFaults {
    @Override
    public void broken(int ring, String why) {
      faults.add(new Fault(ring, why));
      wake.signal();
    }

    @Override
    public void driverFailed(String why) {
      broken(NO_RING, why);
    }
  }

  private void openSocket() throws LinuxException {
    switch (spec.mode()) {
      case SERVER -> listener = UnixSocket.listen(spec.path(), spec.permissions());
      case PASSED -> adoptPassed();
      case CLIENT -> LOG.log(Level.DEBUG, "{0}: connects to {1}", id(), spec.path());
    }
    if (listener != null) {
      Io.setNonBlocking(listener.fd().raw(), true);
    }
  }

  /**
   * A socket handed over may be listening or connected; only a listening one can be accepted on.
   */
  private void adoptPassed() throws LinuxException {
    UnixSocket socket = UnixSocket.adopt(spec.passed());
    Io.setNonBlocking(socket.fd().raw(), true);
    try {
      UnixSocket first = socket.accept();
      listener = socket;
      if (first != null) {
        begin(first);
      }
    } catch (LinuxException e) {
      begin(socket);
    }
  }

  public String id() {
    return device.spec().id();
  }

  public SocketSpec socket() {
    return spec;
  }

  public NetDevice device() {
    return device;
  }

  /** The driver's port, null while it is lost; any control thread may read its statistics. */
  public Port driver() {
    return driver.driver();
  }

  /** The configuration's section of the driver in use; empty if it has none. */
  public String driverSection() {
    return driver.section();
  }

  /** The id of the driver in use; empty if it has no section. */
  public String driverType() {
    return driver.type();
  }

  /** "up", or "retrying: " and why the driver is lost. Any thread. */
  public String state() {
    return driver.state();
  }

  /**
   * Moves a running guest to another driver. Any thread; waits.
   *
   * @throws Refusal if that cannot be; then nothing has changed
   */
  public SwapReport swap(DriverSource next) throws Refusal {
    return tasks.ask(
        () -> {
          SwapReport report = driver.swap(next);
          tellOfSwap();
          return report;
        });
  }

  /** Other limits, at once. Any thread; waits. */
  public void qos(QosSpec next) throws Refusal {
    tasks.ask(
        () -> {
          device.changes().qos(next);
          return null;
        });
  }

  /** Copies frames there from now on; null ends that. Any thread; waits. */
  public void capture(CaptureWriter to) throws Refusal {
    tasks.ask(
        () -> {
          device.changes().capture(to);
          return null;
        });
  }

  /** Switches learn where the guest is now: it says so itself, or this side does. */
  private void tellOfSwap() throws Refusal {
    Session now = session;
    if (now == null) {
      return;
    }
    if (device.askToAnnounce()) {
      now.configChanged();
    } else if (device.hasMac()) {
      device.announce();
    }
  }

  /** Whether a front-end is attached now. */
  public boolean attached() {
    return session != null;
  }

  /** Front-ends that have attached so far. */
  public int sessions() {
    return sessions;
  }

  /** The device's state at a moment. */
  public DeviceStatus status() {
    return device.status();
  }

  private void run() {
    while (!closing) {
      try {
        turn();
      } catch (LinuxException | RuntimeException | Error e) {
        LOG.log(Level.ERROR, id() + ": the session ends", e);
        end();
      }
    }
    end();
    try {
      device.close();
    } catch (Refusal | RuntimeException e) {
      LOG.log(Level.WARNING, "{0}: {1}", id(), e.getMessage());
    }
  }

  private void turn() throws LinuxException {
    Session now = session;
    poll.set(WAKE, wake.fd().raw(), Poll.IN);
    poll.set(LISTENER, now == null && listener != null ? listener.fd().raw() : -1, Poll.IN);
    poll.set(SESSION, now == null ? -1 : now.socket().fd().raw(), Poll.IN);
    poll.set(CONTROL, device.controlKick(), Poll.IN);
    poll.set(DRIVER, driver.wakeup().fd(), Poll.IN);
    boolean connecting = now == null && spec.mode() == SocketSpec.Mode.CLIENT;
    if (driver.wakeup().arm()) {
      tell(driver.takeEvents());
    }
    poll.await(least(connecting ? RETRY_MILLIS : -1, driver.waitMillis()));
    if (poll.ready(WAKE) != 0) {
      wake.drain();
      takeFaults();
      tasks.run();
    }
    if (poll.ready(DRIVER) != 0) {
      tell(driver.takeEvents());
    }
    tell(driver.attempt());
    if (poll.ready(CONTROL) != 0) {
      device.drainControlKick();
      device.serveControl();
    }
    if (now != null && poll.ready(SESSION) != 0 && !now.serveOne()) {
      end();
    }
    if (now == null) {
      attach(connecting, poll.ready(LISTENER) != 0);
    }
  }

  /** The lesser of two waiting times, of which -1 is for ever. */
  private static int least(int a, int b) {
    return a < 0 ? b : b < 0 ? a : Math.min(a, b);
  }

  private void attach(boolean connecting, boolean knocked) throws LinuxException {
    if (connecting && !closing) {
      try {
        begin(UnixSocket.connect(spec.path()));
      } catch (LinuxException e) {
        LOG.log(Level.DEBUG, "{0}: {1}", id(), e.getMessage());
      }
    } else if (knocked) {
      UnixSocket next = listener.accept();
      if (next != null) {
        begin(next);
      }
    }
  }

  private void begin(UnixSocket socket) throws LinuxException {
    Io.setNonBlocking(socket.fd().raw(), false);
    long offer = Protocol.OFFERED & ~(spec.configSpace() ? 0 : Protocol.CONFIG);
    session = new Session(socket, device, offer);
    sessions++;
    LOG.log(Level.INFO, "{0}: a front-end attached (process {1})", id(), socket.peerPid());
    PortState.commit(id(), PortState.Change.ATTACHED, "process " + socket.peerPid());
  }

  private void end() {
    Session old = session;
    if (old == null) {
      return;
    }
    synchronized (wake) {
      session = null;
    }
    try {
      device.disconnected();
    } catch (Refusal | RuntimeException e) {
      // This port's thread goes on: its next session may find the driver mended.
      LOG.log(Level.WARNING, "{0}: {1}", id(), e.getMessage());
    }
    old.close();
    LOG.log(Level.INFO, "{0}: the front-end is gone", id());
    PortState.commit(id(), PortState.Change.DETACHED, null);
    if (spec.mode() == SocketSpec.Mode.PASSED && listener == null) {
      closing = true;
    }
  }

  private void takeFaults() {
    Fault fault;
    while ((fault = faults.poll()) != null) {
      if (fault.ring() == NO_RING) {
        tell(driver.lost(fault.why()));
      } else {
        device.ringBroken(fault.ring(), fault.why());
      }
    }
  }

  private void tell(boolean changed) {
    if (changed && session != null) {
      session.configChanged();
    }
  }

  /** Whether the control thread runs: a passed connection ends with its front-end. */
  public boolean running() {
    return thread.isAlive();
  }

  /** Ends the session, closes the driver's port, removes the socket; again does nothing. */
  @Override
  public void close() {
    // The session's socket is closed only after this lock was free and the session gone.
    synchronized (wake) {
      if (closing && !wake.fd().isOpen()) {
        return;
      }
      closing = true;
      Session now = session;
      if (now != null) {
        now.socket().shutdown();
      }
    }
    wake.signal();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (listener != null) {
      listener.close();
      listener = null;
    }
    wake.close();
  }
}
