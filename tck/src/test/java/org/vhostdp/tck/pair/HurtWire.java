package org.vhostdp.tck.pair;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** A wire in memory with every fault that the kit knows. */
final class HurtWire implements Wire, Faults {
  private static final String TRACE = "vhost-dp-trace-";

  private final Wire wire;
  private final Driver driver;
  private final KillableDriver killable;
  private final List<Port> holders = new ArrayList<>();

  /**
   * @param driver under test, perhaps broken
   * @param killable the sound one inside
   */
  HurtWire(Wire wire, Driver driver, KillableDriver killable) {
    this.wire = wire;
    this.driver = driver;
    this.killable = killable;
  }

  @Override
  public Map<String, String> config() {
    return wire.config();
  }

  @Override
  public void started() throws Exception {
    wire.started();
  }

  @Override
  public Set<Trait> traits() {
    return wire.traits();
  }

  @Override
  public boolean send(WireFrame frame) throws Exception {
    return wire.send(frame);
  }

  @Override
  public Optional<WireFrame> receive(Duration limit) throws Exception {
    return wire.receive(limit);
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(this);
  }

  @Override
  public boolean link(boolean up) throws Exception {
    return wire.faults().orElseThrow().link(up);
  }

  @Override
  public boolean remove() throws Exception {
    return wire.faults().orElseThrow().remove();
  }

  @Override
  public Optional<Map<String, String>> absent() {
    return Optional.of(with("wire", wire.config().get("wire") + "-absent", "join", "true"));
  }

  @Override
  public Optional<Map<String, String>> busy() throws Exception {
    Map<String, String> held = with("wire", wire.config().get("wire") + "-busy");
    LoopbackDriver sound = new LoopbackDriver();
    while (holders.size() < 2) {
      holders.add(sound.open(sound.schema().check("the holder", held), new QuietHost()));
    }
    return Optional.of(held);
  }

  private Map<String, String> with(String... keys) {
    Map<String, String> config = new HashMap<>(wire.config());
    for (int i = 0; i < keys.length; i += 2) {
      config.put(keys[i], keys[i + 1]);
    }
    return config;
  }

  @Override
  public OptionalInt program(String kind, int queue) throws Exception {
    return wire.program(kind, queue);
  }

  /** Files that a driver may have left in the folder for such things. */
  @Override
  public Optional<Set<String>> traces() {
    String[] names =
        new File(System.getProperty("java.io.tmpdir")).list((dir, name) -> name.startsWith(TRACE));
    return Optional.of(new TreeSet<>(Set.of(names == null ? new String[0] : names)));
  }

  @Override
  public boolean killed() throws Exception {
    killable.kill(
        () -> {
          Port port = driver.open(driver.schema().check("tck", config()), new QuietHost());
          port.configure(PortSettings.defaults());
          port.start();
        });
    return true;
  }

  @Override
  public void close() throws IOException {
    holders.forEach(Port::close);
    wire.close();
  }

  /** Nobody reads these ports' log. */
  private static final class QuietHost implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      // See above.
    }
  }
}
