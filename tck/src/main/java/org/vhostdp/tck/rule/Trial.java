package org.vhostdp.tck.rule;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/**
 * One rule being tried: the driver, its wires, and everything opened on the way, which is closed
 * when the trial ends. One thread.
 */
public final class Trial implements AutoCloseable {
  /** How an observation begins that says that the harness offers no way to try the rule. */
  public static final String NOT_TRIED = "not tried: ";

  private final Harness harness;
  private final long seed;
  private final SplittableRandom random;
  private final Duration patience;
  private final Host host = new QuietHost();
  private final List<String> observations = new ArrayList<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /**
   * @param harness the driver and its wires
   * @param seed makes the trial repeatable
   * @param patience how long to wait for a frame that must come; a frame that must not come is
   *     waited for a tenth of it
   */
  public Trial(Harness harness, long seed, Duration patience) {
    this.harness = harness;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.patience = patience;
  }

  public Driver driver() {
    return harness.driver();
  }

  public Harness harness() {
    return harness;
  }

  public Host host() {
    return host;
  }

  public long seed() {
    return seed;
  }

  /** Random numbers that the same seed repeats. */
  public SplittableRandom random() {
    return random;
  }

  /** How long to wait for what must come. */
  public Duration patience() {
    return patience;
  }

  /** The end of a wait for what must come. */
  public Deadline deadline() {
    return Deadline.in(patience);
  }

  /** How long to wait to believe that nothing comes. */
  public Duration silence() {
    return patience.dividedBy(10);
  }

  /** A figure or fact for the report. */
  public void observe(String fact) {
    observations.add(fact);
  }

  /** The harness offers no way to try the rule: the report says so beside the verdict. */
  public void notTried(String why) {
    observe(NOT_TRIED + why);
  }

  /** What was observed, in order. */
  public List<String> observations() {
    return List.copyOf(observations);
  }

  /** A new wire, closed with the trial. */
  public Wire wire(Harness.Request request) throws Exception {
    return keep(harness.wire(request));
  }

  /** The driver's configuration for a wire, checked by its own schema. */
  public PortConfig config(Map<String, String> values) throws DriverException {
    return driver().schema().check("tck", values);
  }

  /** Opens the port of a wire; closed with the trial. */
  public Port open(Wire wire) throws Exception {
    return keep(driver().open(config(wire.config()), host));
  }

  /** A port with one queue pair, default settings, started, its peer connected. */
  public OpenPort start() throws Exception {
    return OpenPort.start(this, Harness.Request.plain());
  }

  /** Something that ends with the trial, last first. */
  public <T extends AutoCloseable> T keep(T made) {
    open.push(made);
    return made;
  }

  /** Breaks the rule under trial unless {@code held}. */
  public static void require(boolean held, String sentence, Object... values) {
    if (!held) {
      throw new Broken(values.length == 0 ? sentence : sentence.formatted(values));
    }
  }

  @Override
  public void close() throws IOException {
    Exception first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        }
      }
    }
    if (first != null) {
      throw new IOException("What the trial opened could not be closed: " + first, first);
    }
  }
}
