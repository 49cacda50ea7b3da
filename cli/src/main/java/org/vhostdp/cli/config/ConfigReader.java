package org.vhostdp.cli.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.cli.config.Section.Kind;

/** Collects a configuration from a file, options, or both. One thread. */
public final class ConfigReader {
  private final Mistakes mistakes = new Mistakes();
  private final List<Section> sections = new ArrayList<>();
  private final Map<String, Value> io = new LinkedHashMap<>();
  private final Map<String, Value> trust = new LinkedHashMap<>();
  private final Map<String, Value> market = new LinkedHashMap<>();
  private final Path sockets;

  /**
   * @param sockets folder of sockets whose path is not configured
   */
  public ConfigReader(Path sockets) {
    this.sockets = sockets;
  }

  /** Adds a TOML file. */
  public ConfigReader file(Path path) {
    TomlSource.read(path, mistakes).forEach(this::add);
    return this;
  }

  /** Adds TOML text; the name stands for it in messages. */
  public ConfigReader toml(String name, String text) {
    TomlSource.parse(name, text, mistakes).forEach(this::add);
    return this;
  }

  /** Adds the value of an -object option. */
  public ConfigReader object(String text) {
    Section section = OptionSource.object(text, mistakes);
    if (section != null) {
      add(section);
    }
    return this;
  }

  /** Adds the value of a -netdev option. */
  public ConfigReader netdev(String text) {
    Section section = OptionSource.netdev(text, mistakes);
    if (section != null) {
      add(section);
    }
    return this;
  }

  /** Sets a key of [dataplane] from an option, over what a file says; null leaves it. */
  public ConfigReader io(String option, String key, Object value) {
    if (value != null) {
      Object raw = value instanceof Integer number ? Long.valueOf(number) : value;
      io.put(key, new Value(raw, option));
    }
    return this;
  }

  private void add(Section section) {
    switch (section.kind()) {
      case DATAPLANE -> section.values().forEach(io::putIfAbsent);
      case TRUST -> section.values().forEach(trust::putIfAbsent);
      case MARKET -> section.values().forEach(market::putIfAbsent);
      default -> addNamed(section);
    }
  }

  private void addNamed(Section section) {
    for (Section other : sections) {
      if (other.kind() == section.kind() && other.name().equals(section.name())) {
        mistakes.add(
            section.where(),
            "%s is defined a second time; the first is at %s."
                .formatted(section.label(), other.where()));
        return;
      }
    }
    sections.add(section);
  }

  /** What was collected; mistakes come out when it is {@linkplain ConfigDraft#checked checked}. */
  public ConfigDraft read() {
    ConfigDraft draft =
        ConfigDraft.of(
            sections, new Section(Kind.DATAPLANE, "", "", "[dataplane]", io), sockets, mistakes);
    draft.readPolicy(
        new SectionReader(new Section(Kind.TRUST, "", "", "[trust]", trust), mistakes),
        new SectionReader(new Section(Kind.MARKET, "", "", "[market]", market), mistakes));
    return draft;
  }
}
