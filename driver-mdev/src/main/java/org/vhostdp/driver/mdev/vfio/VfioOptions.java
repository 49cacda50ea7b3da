package org.vhostdp.driver.mdev.vfio;

import java.util.Objects;

/**
 * What {@link VfioFunctions#open} opens, and how.
 *
 * @param target the device
 * @param api the kernel interface
 * @param bind for a {@link VfioTarget.Function}: whether to take it from the driver it is bound to,
 *     give it to vfio-pci, and give it back at close; otherwise the operator has bound it to
 *     vfio-pci
 */
public record VfioOptions(VfioTarget target, VfioApi api, boolean bind) {
  public VfioOptions {
    Objects.requireNonNull(target);
    Objects.requireNonNull(api);
  }
}
