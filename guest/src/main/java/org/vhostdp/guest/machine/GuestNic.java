package org.vhostdp.guest.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A network interface of a guest, attached by vhost-user. User-mode Linux takes the socket only, as
 * front-end that connects: the back-end's configuration space gives it everything else.
 *
 * @param socket the back-end's socket
 * @param queuePairs 1 to 256
 * @param mac six octets in hexadecimal with colons
 * @param mtu advertised to the guest as host_mtu, in bytes; 0 advertises none
 * @param packed whether QEMU offers packed rings
 * @param listening whether QEMU listens on the socket and the back-end connects
 * @param reconnectSeconds after which QEMU tries again when the connection is lost or refused; 0
 *     never tries again
 * @param properties more of QEMU's properties for its virtio-net-pci device, each {@code
 *     name=value}
 */
public record GuestNic(
    Path socket,
    int queuePairs,
    String mac,
    int mtu,
    boolean packed,
    boolean listening,
    int reconnectSeconds,
    List<String> properties) {
  /** Checks the ranges. */
  public GuestNic {
    Objects.requireNonNull(socket, "socket");
    properties = List.copyOf(properties);
    if (queuePairs < 1 || queuePairs > 256) {
      throw new IllegalArgumentException("Queue pairs must be 1 to 256, not " + queuePairs + ".");
    }
    if (!mac.matches("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}")) {
      throw new IllegalArgumentException("Not a MAC address: " + mac + ".");
    }
    if (mtu < 0 || mtu > 65535) {
      throw new IllegalArgumentException("The MTU must be 0 to 65535 bytes, not " + mtu + ".");
    }
  }

  /** One queue pair, split rings, no advertised MTU, connecting once to a listening back-end. */
  public static GuestNic on(Path socket) {
    return new GuestNic(socket, 1, "52:54:00:76:64:01", 0, false, false, 0, List.of());
  }

  /** The same with another number of queue pairs. */
  public GuestNic withQueuePairs(int pairs) {
    return new GuestNic(socket, pairs, mac, mtu, packed, listening, reconnectSeconds, properties);
  }

  /** The same with another MAC address. */
  public GuestNic withMac(String address) {
    return new GuestNic(
        socket, queuePairs, address, mtu, packed, listening, reconnectSeconds, properties);
  }

  /** The same with another advertised MTU, in bytes. */
  public GuestNic withMtu(int bytes) {
    return new GuestNic(
        socket, queuePairs, mac, bytes, packed, listening, reconnectSeconds, properties);
  }

  /** The same with packed rings. */
  public GuestNic withPackedRings() {
    return new GuestNic(
        socket, queuePairs, mac, mtu, true, listening, reconnectSeconds, properties);
  }

  /** The same with QEMU listening. */
  public GuestNic whichListens() {
    return new GuestNic(socket, queuePairs, mac, mtu, packed, true, reconnectSeconds, properties);
  }

  /** The same with QEMU connecting again after so many seconds. */
  public GuestNic withReconnect(int seconds) {
    return new GuestNic(socket, queuePairs, mac, mtu, packed, listening, seconds, properties);
  }

  /** The same with one more property of the device, such as {@code mrg_rxbuf} and {@code off}. */
  public GuestNic with(String property, String value) {
    List<String> all = new ArrayList<>(properties);
    all.add(property + "=" + value);
    return new GuestNic(socket, queuePairs, mac, mtu, packed, listening, reconnectSeconds, all);
  }
}
