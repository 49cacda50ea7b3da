package org.vhostdp.dataplane.net;

import java.util.ArrayList;
import java.util.List;

/**
 * What a port offers its guest, by name: the same on every driver, on every machine and in every
 * later version, so that a guest can move. A profile that was released never changes; a better one
 * gets the next number. What a driver lacks of it is done in software.
 *
 * <p>UFO is in none: Linux has not sent such frames since 4.14, and to cut them is to fragment.
 *
 * @param name with its version behind the dash
 * @param features feature bits it may offer
 * @param summary for operators, without a full stop
 */
public record Profile(String name, long features, String summary) {
  private static final long BASE =
      Features.INDIRECT_DESC
          | Features.EVENT_IDX
          | Features.VERSION_1
          | Features.PROTOCOL_FEATURES
          | Features.MRG_RXBUF
          | Features.STATUS
          | Features.CONTROL
          | Features.MQ
          | Features.MAC
          | Features.MTU
          | Features.SPEED_DUPLEX;

  private static final long COMPAT =
      BASE
          | Features.CSUM
          | Features.HOST_TSO4
          | Features.HOST_TSO6
          | Features.HOST_ECN
          | Features.GUEST_CSUM
          | Features.GUEST_TSO4
          | Features.GUEST_TSO6
          | Features.GUEST_ECN
          | Features.CTRL_GUEST_OFFLOADS;

  private static final long FULL =
      COMPAT
          | Features.RINGS
          | Features.HOST_OFFLOADS
          | Features.GUEST_OFFLOADS
          | Features.RSS
          | Features.HASH_REPORT;

  /** Everything there is. */
  public static final Profile FULL_1 =
      new Profile("full-1", FULL, "all offloads, RSS with hash reports, packed rings");

  private static final List<Profile> ALL =
      List.of(
          FULL_1,
          new Profile("compat-1", COMPAT, "split rings, TCP offloads: what guests of 2016 know"),
          new Profile("bare-1", BASE | Features.RINGS, "no offloads, no RSS: frames as they are"));

  /** The profile of a name, or null. */
  public static Profile of(String name) {
    return ALL.stream().filter(p -> p.name.equals(name)).findFirst().orElse(null);
  }

  /** All there are, the default first. */
  public static List<Profile> all() {
    return ALL;
  }

  /** Their names, the default first. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    ALL.forEach(profile -> names.add(profile.name));
    return names;
  }
}
