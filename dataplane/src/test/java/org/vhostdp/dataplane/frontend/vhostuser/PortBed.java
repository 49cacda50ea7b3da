package org.vhostdp.dataplane.frontend.vhostuser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.io.StallListener;
import org.vhostdp.dataplane.io.Watchdog;
import org.vhostdp.dataplane.port.DriverSource;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** Ports with real sockets and IO threads in this process. Everything ends with {@link #close}. */
// The twin is on the class path, which no module exports.
@SuppressWarnings("exports")
public final class PortBed implements AutoCloseable {
  private static final long SPIN_NANOS = 50_000;

  /** For tests in which nothing hangs: a thread that the machine does not run is no hang. */
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private static final int LIMIT_SECONDS = 30;

  private final Path folder;
  private final List<IoThread> threads = new ArrayList<>();
  private final List<VhostUserPort> ports = new ArrayList<>();
  private final Watchdog watchdog;

  /** So many IO threads and no port yet. */
  public PortBed(int ioThreads) throws IOException {
    this(ioThreads, PATIENCE_NANOS);
  }

  /**
   * The same for tests of drivers that hang.
   *
   * @param patienceNanos how long a driver's call may take
   */
  public PortBed(int ioThreads, long patienceNanos) throws IOException {
    folder = Files.createTempDirectory("vhost-dp-test");
    for (int i = 0; i < ioThreads; i++) {
      threads.add(new IoThread("test-io-" + i, -1, SPIN_NANOS, false));
    }
    watchdog = new Watchdog(threads, patienceNanos, StallListener.NONE);
  }

  /** One IO thread and the port "p" on the reference driver, which sends each frame back. */
  public static PortBed echoing() throws Exception {
    PortBed bed = new PortBed(1);
    bed.serve(spec("p", 1), loopback());
    return bed;
  }

  /** A port of the reference driver; keys and values alternate. */
  public static Port loopback(String... config) throws DriverException {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < config.length; i += 2) {
      values.put(config[i], config[i + 1]);
    }
    Driver driver = new LoopbackDriver();
    return driver.open(driver.schema().check("[driver.test]", values), new Silent());
  }

  /** A port without a MAC address or an MTU of its own, that may offer everything. */
  public static PortSpec spec(String id, int pairs) {
    return new PortSpec(id, pairs, 0, null, -1L);
  }

  /** Adds a port that listens at {@link #socket}. */
  public VhostUserPort serve(PortSpec spec, Port driver) throws Exception {
    return add(spec, SocketSpec.server(socket(spec.id()), 0600), driver);
  }

  /** Adds a port that listens at {@link #socket} and whose driver can be opened again. */
  public VhostUserPort serve(PortSpec spec, DriverSource source) throws Exception {
    List<IoThread> rotated = new ArrayList<>(threads);
    Collections.rotate(rotated, -ports.size());
    SocketSpec socket = SocketSpec.server(socket(spec.id()), 0600);
    VhostUserPort port = new VhostUserPort(spec, socket, source.open(), source, rotated);
    ports.add(port);
    return port;
  }

  /** Adds a port whose front-end comes from anywhere. */
  public VhostUserPort add(PortSpec spec, SocketSpec socket, Port driver) throws Exception {
    List<IoThread> rotated = new ArrayList<>(threads);
    Collections.rotate(rotated, -ports.size());
    VhostUserPort port = new VhostUserPort(spec, socket, driver, rotated);
    ports.add(port);
    return port;
  }

  /** Where a port of {@link #serve} listens. */
  public Path socket(String id) {
    return folder.resolve(id + ".sock");
  }

  /** The port "p" or the first one. */
  public VhostUserPort port() {
    return ports.get(0);
  }

  /** IO threads, as made. */
  public List<IoThread> threads() {
    return Collections.unmodifiableList(threads);
  }

  /** A guest's device at a port. */
  public TwinDevice guest(String id, TwinOptions options) throws IOException {
    return TwinDevice.start(socket(id), options);
  }

  /** A front-end that has negotiated nothing yet. */
  Talk talk() throws IOException {
    return Talk.to(socket(port().id()));
  }

  /** Waits for something that another thread brings about; the limit only ends a hang. */
  public static void await(String what, BooleanSupplier there) {
    long deadline = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT_SECONDS + " s: " + what);
      }
      pause(2);
    }
  }

  /** Waits until a port has let go of its front-end, and of all that belonged to it. */
  public static void awaitEnd(VhostUserPort port) throws Refusal {
    await("the session's end", () -> !port.attached());
    // Its thread forgets the session first and closes it then: it answers after both.
    port.capture(null);
  }

  /** Sleeps. */
  public static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the test was interrupted", e);
    }
  }

  @Override
  public void close() {
    ports.reversed().forEach(VhostUserPort::close);
    threads.forEach(IoThread::close);
    watchdog.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A host that nobody listens to. */
  public record Silent() implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      System.getLogger(PortBed.class.getName()).log(System.Logger.Level.DEBUG, message);
    }
  }
}
