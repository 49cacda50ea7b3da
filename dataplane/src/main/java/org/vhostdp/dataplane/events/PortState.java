package org.vhostdp.dataplane.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** {@code vhostdp.PortState}: something became of a port. */
@Name("vhostdp.PortState")
@Label("Port State")
@Category("vhost-dp")
@Description("A guest came or went, a link changed, or a driver was swapped, lost or found again")
@StackTrace(false)
public final class PortState extends Event {
  /** What became of the port. */
  public enum Change {
    /** A guest's front-end connected. */
    ATTACHED,
    /** It went. */
    DETACHED,
    LINK_UP,
    LINK_DOWN,
    /** Another driver took over. */
    SWAPPED,
    /** The driver failed, or its device is gone. */
    FAILED,
    /** The driver is opened again. */
    RETRIED
  }

  @Label("Port")
  private final String port;

  @Label("Change")
  private final String change;

  @Label("Detail")
  private final String detail;

  private PortState(String port, Change change, String detail) {
    this.port = port;
    this.change = change.name();
    this.detail = detail;
  }

  /**
   * Records a change.
   *
   * @param port its name
   * @param detail what an operator wants to know of it, or null
   */
  public static void commit(String port, Change change, String detail) {
    PortState event = new PortState(port, change, detail);
    if (event.shouldCommit()) {
      event.commit();
    }
  }
}
