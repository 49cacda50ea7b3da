package org.vhostdp.dist;

import java.nio.file.Path;
import java.util.List;

/**
 * A port on a TAP, as options of a run.
 *
 * @param id the port's name, also that of the socket's file
 * @param socket where it listens
 * @param queues queue pairs
 * @param mtu bytes, or 0 for the default
 */
record TapPort(String id, Path socket, int queues, int mtu) {
  /** Reserved for documentation (RFC 5737). */
  static final String HOST = "192.0.2.1";

  static final String GUEST = "192.0.2.2";
  static final String PREFIX = "/24";

  static TapPort in(Lab lab, String id, int queues, int mtu) {
    return new TapPort(id, lab.file(id + ".sock"), queues, mtu);
  }

  /** The interface on the host's side. */
  String ifname() {
    return "tap-" + id;
  }

  /** The options as the slides have them, without an address of the host. */
  List<String> options() {
    return options("");
  }

  /** The same with the host's address on the TAP. */
  List<String> optionsWithAddress() {
    return options(",address=" + HOST + PREFIX);
  }

  private List<String> options(String more) {
    String object = "vhost-dp-tap,id=driver-%s,ifname=%s%s".formatted(id, ifname(), more);
    String netdev = "vhost-dp,id=%s,driver=driver-%s,socket=%s,queues=%d";
    String port = netdev.formatted(id, id, socket, queues);
    return List.of("-object", object, "-netdev", mtu == 0 ? port : port + ",mtu=" + mtu);
  }
}
