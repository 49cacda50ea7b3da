package org.vhostdp.tck.rule;

/** Rules about one thing; they are tested in one process. */
public enum Group {
  LIFE_CYCLE("life cycle"),
  CONFIGURATION("configuration"),
  CAPABILITIES("capabilities"),
  RECEIVE("receive"),
  TRANSMIT("transmit"),
  OWNERSHIP("ownership"),
  ORDER("order"),
  MULTIQUEUE("multiqueue"),
  OFFLOAD("offload"),
  STEERING("steering"),
  SHAPING("shaping"),
  STATISTICS("statistics"),
  LINK("link"),
  WAKEUP("wakeup"),
  FOREIGN_MEMORY("foreign memory"),
  THREADS("threads"),
  FAULTS("faults"),
  LEAKS("leaks"),
  SECURITY("security");

  private final String title;

  Group(String title) {
    this.title = title;
  }

  /** As people read it. */
  public String title() {
    return title;
  }
}
