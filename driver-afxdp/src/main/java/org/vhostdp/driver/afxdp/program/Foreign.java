package org.vhostdp.driver.afxdp.program;

import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;

/** A program that an operator attaches: this driver puts its sockets into a pinned map at most. */
final class Foreign implements Attachment {
  private final XskMap map;
  private final boolean skb;
  private final String description;

  private Foreign(XskMap map, boolean skb, String description) {
    this.map = map;
    this.skb = skb;
    this.description = description;
  }

  /** Nothing is attached and no socket put anywhere. */
  static Foreign none(Interface target) throws DriverException {
    XdpState state = target.state();
    return new Foreign(null, skb(state), "nothing attached by this driver; " + seen(target, state));
  }

  /** Sockets go into a map that somebody pinned. */
  static Foreign pinned(String path, Interface target) throws DriverException {
    XdpState state = target.state();
    XskMap map = XskMap.pinned(path);
    String what = "sockets in the XSKMAP " + path + " (id " + map.id() + "); ";
    return new Foreign(map, skb(state), what + seen(target, state));
  }

  private static boolean skb(XdpState state) {
    return state.mode() == XdpState.SKB;
  }

  private static String seen(Interface target, XdpState state) {
    return state.mode() == XdpState.NONE
        ? target.name() + " has no XDP program now"
        : target.name() + " has an operator's " + program(state);
  }

  /** A program on an interface, in a few words. */
  static String program(XdpState state) {
    String name = LoadedPrograms.name(state.program());
    String mode =
        switch (state.mode()) {
          case XdpState.NATIVE -> "native mode";
          case XdpState.SKB -> "skb mode";
          case XdpState.HARDWARE -> "hardware mode";
          default -> "several modes";
        };
    return "program "
        + (name.isEmpty() ? "" : name + " ")
        + "(id "
        + state.program()
        + ", "
        + mode
        + ")";
  }

  @Override
  public XskMap map() {
    return map;
  }

  @Override
  public boolean skb() {
    return skb;
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    if (map != null) {
      map.close();
    }
  }
}
