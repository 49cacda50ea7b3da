package org.vhostdp.cli.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.cli.config.Section.Kind;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.IoSettings;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverRequest;

/** A configuration that was read, but whose drivers have not been asked yet. */
public final class ConfigDraft {
  /** Where the keys of drivers are known. */
  @FunctionalInterface
  public interface Schemas {
    /**
     * The keys of a driver.
     *
     * @throws DriverRefused if there is no such driver, or it cannot be loaded
     */
    ConfigSchema of(DriverRequest request) throws DriverRefused;
  }

  private final List<Section> drivers = new ArrayList<>();
  private final List<Netdev> netdevs = new ArrayList<>();
  private final List<Path> stores = new ArrayList<>();
  private final Mistakes mistakes;
  private final boolean readable;
  private IoSettings io = IoSettings.defaults();
  private DriverPolicy policy = DriverPolicy.NONE;
  private ListenAddress metrics;

  private ConfigDraft(Mistakes mistakes) {
    this.mistakes = mistakes;
    this.readable = mistakes.none();
  }

  static ConfigDraft of(List<Section> sections, Section io, Path sockets, Mistakes mistakes) {
    ConfigDraft draft = new ConfigDraft(mistakes);
    draft.readIo(new SectionReader(io, mistakes));
    NetdevReader netdevs = new NetdevReader(sockets, mistakes);
    for (Section section : sections) {
      if (!Names.valid(section.name())) {
        mistakes.add(section.where(), Names.sentence(section.label(), section.name()));
      } else if (section.kind() == Kind.DRIVER) {
        draft.drivers.add(section);
      } else {
        draft.netdevs.add(netdevs.read(section));
      }
    }
    return draft;
  }

  private void readIo(SectionReader keys) {
    int threads = keys.number("io-threads", 1, 256, io.threads());
    int spin = keys.number("spin-us", 0, 1_000_000, io.spinMicros());
    boolean busyTime = keys.flag("busy-time", io.busyTime());
    List<Integer> cpus = io.cpus();
    Value value = keys.value("io-cpus");
    if (value != null) {
      String text = value.text();
      List<Integer> given = text == null ? null : text.isEmpty() ? List.of() : Numbers.cpus(text);
      if (given == null) {
        keys.wrong(value, "io-cpus", "a list of cores such as [0, 1] or \"0,2-3\"");
      } else {
        cpus = given;
      }
    }
    for (String store : keys.words("stores")) {
      stores.add(Path.of(store));
    }
    Value address = keys.value("metrics");
    if (address != null) {
      metrics = ListenAddress.of(address.raw());
      if (metrics == null) {
        keys.wrong(address, "metrics", "an address and a port such as \"127.0.0.1:9464\"");
      }
    }
    keys.refuseOthers();
    io = new IoSettings(threads, cpus, spin, busyTime);
  }

  void readPolicy(SectionReader trust, SectionReader market) {
    policy = DriverPolicy.read(trust, market);
  }

  /**
   * What the configuration asks of drivers, and where they are offered.
   *
   * @throws ConfigRefused naming every mistake at once
   */
  public DriverPolicy policy() throws ConfigRefused {
    if (!mistakes.none()) {
      throw new ConfigRefused(mistakes.sentences());
    }
    return policy;
  }

  /** The policy, where mistakes come out later; one that cannot be read trusts nobody. */
  public DriverPolicy policyDraft() {
    return policy;
  }

  /** Folders of drivers that the configuration adds. */
  public List<Path> stores() {
    return stores;
  }

  /** Where metrics are asked for, or null: nowhere. */
  public ListenAddress metrics() {
    return metrics;
  }

  /**
   * How IO threads run, for a run without any section.
   *
   * @throws ConfigRefused naming every mistake at once
   */
  public IoSettings io() throws ConfigRefused {
    if (!mistakes.none()) {
      throw new ConfigRefused(mistakes.sentences());
    }
    return io;
  }

  /**
   * The configuration, with every key known to be right in form.
   *
   * @throws ConfigRefused naming every mistake at once
   */
  public DataplaneConfig checked(Schemas schemas) throws ConfigRefused {
    List<DriverSection> checked = new ArrayList<>();
    for (Section section : drivers) {
      DriverSection driver = driver(section, schemas);
      if (driver != null) {
        checked.add(driver);
      }
    }
    DataplaneConfig config = new DataplaneConfig(io, checked, netdevs);
    // A file that could not be read, or a driver that was refused, would only bring more sentences.
    if (readable && checked.size() == drivers.size()) {
      config.problems().forEach(problem -> mistakes.add("", problem));
    }
    if (!mistakes.none()) {
      throw new ConfigRefused(mistakes.sentences());
    }
    return config;
  }

  private DriverSection driver(Section section, Schemas schemas) {
    SectionReader keys = new SectionReader(section, mistakes);
    keys.missing("type", "the id of a driver, as \"vhost-dp driver list\" shows it");
    String type = keys.text("type", null, "the id of a driver");
    if (type == null) {
      return null;
    }
    DriverRequest request =
        new DriverRequest(type, DriverPolicy.versions(keys), DriverPolicy.level(keys, "trust"));
    try {
      return new DriverSection(
          section.name(), request, DriverKeys.check(section, schemas.of(request), mistakes));
    } catch (DriverRefused e) {
      mistakes.add(section.where(), "In " + section.label() + ": " + e.getMessage());
      return null;
    }
  }
}
