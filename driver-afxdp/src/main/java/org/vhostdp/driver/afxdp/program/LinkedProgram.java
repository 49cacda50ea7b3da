package org.vhostdp.driver.afxdp.program;

import java.util.Optional;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;

/**
 * One program alone on an interface, attached by a link: it stays while any process holds the link
 * and is gone with the last, however that ends.
 */
final class LinkedProgram implements Attachment {
  private final Fd link;
  private final XskMap map;
  private final boolean skb;
  private final String description;

  private LinkedProgram(Fd link, XskMap map, boolean skb, String way) {
    this.link = link;
    this.map = map;
    this.skb = skb;
    this.description = (skb ? "skb mode, " : "native mode, ") + way;
  }

  /** This driver's own program. */
  static LinkedProgram own(Interface target, boolean skb) throws DriverException {
    XskMap map = XskMap.create(target.name());
    try (Fd program = RedirectProgram.load(map)) {
      Fd link = XdpLink.attach(program.raw(), target, skb);
      return new LinkedProgram(link, map, skb, "a single program (bpf_link)");
    } catch (DriverException e) {
      map.close();
      throw e;
    }
  }

  /** The program that another process of ours attached, if it did so by a link. */
  static Optional<LinkedProgram> join(Interface target, XdpState state) throws DriverException {
    Optional<Fd> link = LoadedPrograms.link(state.program());
    if (link.isEmpty()) {
      return Optional.empty();
    }
    Optional<XskMap> map = LoadedPrograms.map(state.program(), target.name());
    if (map.isEmpty()) {
      link.get().close();
      return Optional.empty();
    }
    boolean skb = state.mode() == XdpState.SKB;
    String shared = "a single program (bpf_link), shared with another process";
    return Optional.of(new LinkedProgram(link.get(), map.get(), skb, shared));
  }

  /** An operator's program. */
  static LinkedProgram of(String path, Interface target, boolean skb) throws DriverException {
    try (LoadedObject object = LoadedObject.load(path)) {
      XskMap map = XskMap.copyOf(object.map(), XskMap.NAME + " of " + path);
      try {
        Fd link = XdpLink.attach(object.program(), target, skb);
        return new LinkedProgram(link, map, skb, path + " as a single program (bpf_link)");
      } catch (DriverException e) {
        map.close();
        throw e;
      }
    }
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
    link.close();
    map.close();
  }
}
