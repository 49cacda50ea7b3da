package org.vhostdp.bench.tcp;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;

/** A kind of guest, with the sides that can carry its frames. */
enum Guest {
  QEMU("qemu", QemuGuest::unavailable, Side.VHOST_DP, Side.QEMU_TAP, Side.QEMU_TAP_DEFAULT),
  UML("uml", UmlGuest::unavailable, Side.VHOST_DP, Side.UML_VECTOR_TAP);

  final String text;
  final List<Side> sides;

  private final Supplier<Optional<String>> unavailable;

  Guest(String text, Supplier<Optional<String>> unavailable, Side... sides) {
    this.text = text;
    this.unavailable = unavailable;
    this.sides = List.of(sides);
  }

  /** A sentence saying why it cannot be started here, or empty. */
  Optional<String> unavailable() {
    return unavailable.get();
  }
}
