package org.vhostdp.driver.mdev.vfio;

import org.vhostdp.driver.mdev.generated.Vfio;

/** The kinds of interrupts of a PCI device (linux/vfio.h, VFIO_PCI_INTX_IRQ_INDEX and on). */
public enum Interrupt {
  /** One shared, level triggered line, masked by the kernel each time that it fires. */
  INTX(Vfio.VFIO_PCI_INTX_IRQ_INDEX()),

  /** Message signalled, up to 32. */
  MSI(Vfio.VFIO_PCI_MSI_IRQ_INDEX()),

  /** Message signalled, up to 2048, each with an address of its own. */
  MSIX(Vfio.VFIO_PCI_MSIX_IRQ_INDEX()),

  /** The device reported an uncorrectable error. */
  ERROR(Vfio.VFIO_PCI_ERR_IRQ_INDEX()),

  /** The kernel wants the device back: it is about to be unplugged or unbound. */
  REQUEST(Vfio.VFIO_PCI_REQ_IRQ_INDEX());

  private final int index;

  Interrupt(int index) {
    this.index = index;
  }

  /** The index in VFIO_DEVICE_GET_IRQ_INFO. */
  int index() {
    return index;
  }
}
