package org.vhostdp.tck.stock;

import java.util.function.IntSupplier;
import org.vhostdp.spi.Wakeup;

/** A descriptor that is readable as long as there is work. */
final class PacketWakeup implements Wakeup {
  private final IntSupplier descriptor;

  PacketWakeup(IntSupplier descriptor) {
    this.descriptor = descriptor;
  }

  @Override
  public int fd() {
    return descriptor.getAsInt();
  }

  @Override
  public boolean arm() {
    return false;
  }
}
