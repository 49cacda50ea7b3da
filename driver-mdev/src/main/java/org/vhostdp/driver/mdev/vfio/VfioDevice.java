package org.vhostdp.driver.mdev.vfio;

import org.vhostdp.spi.DriverException;

/**
 * An open device. One control thread at a time, except where a part says otherwise. Whoever opened
 * it owns and closes it.
 */
public interface VfioDevice extends AutoCloseable {
  /** Its address or UUID, for sentences. */
  String name();

  /** {@link VfioApi#GROUP} or {@link VfioApi#IOMMUFD}. */
  VfioApi api();

  /**
   * A region by index: {@link DeviceRegion#BAR_0} and so on. The same object each time; its size is
   * 0 if the device has none.
   */
  DeviceRegion region(int index) throws DriverException;

  /** The configuration space, with its usual words named. */
  PciConfig pci();

  /** How many interrupts of that kind the device has; 0 for none. */
  int interrupts(Interrupt kind) throws DriverException;

  /**
   * Lets interrupts of one kind signal eventfds. What was enabled of this kind before is disabled
   * first; of INTX, MSI and MSIX only one can be enabled at a time.
   *
   * @param eventfds descriptors, which stay the caller's; the index is the vector; -1 = none
   */
  void enable(Interrupt kind, int... eventfds) throws DriverException;

  /** No interrupt of that kind comes any more; again does nothing. */
  void disable(Interrupt kind) throws DriverException;

  /** Masks or unmasks INTX: after each time that it fired it must be unmasked. Any thread. */
  void mask(Interrupt kind, boolean masked) throws DriverException;

  /** Fires a vector as the device would, for tests (VFIO's loopback). */
  void fire(Interrupt kind, int vector) throws DriverException;

  /** Whether {@link #reset} works: the function has its own reset (FLR or another one). */
  boolean resettable();

  /**
   * Resets the function; bus mastering is off afterwards and the device has forgotten everything.
   * Interrupts and mappings for DMA stay.
   */
  void reset() throws DriverException;

  /** The memory it may reach. */
  DmaMap dma();

  /**
   * What happened to the device itself since the last call; each event once. Never blocks. Reads a
   * register when nothing was reported, to notice a device that is gone.
   */
  DeviceEvent next();

  /**
   * Becomes readable when {@link #next} has an {@link DeviceEvent#ERROR} or {@link
   * DeviceEvent#REQUESTED}; the device's, until close. Not readable by a device that simply
   * vanishes: nobody tells.
   */
  int eventFd();

  /** What the last {@link #next} is about, as a sentence; empty after {@link DeviceEvent#NONE}. */
  String detail();

  /**
   * Stops bus mastering, disables interrupts, unmaps everything, lets the device go, and gives it
   * back to the driver it came from or removes it, where opening bound or created it. Never throws:
   * what could not be given back is said to the host's log.
   */
  @Override
  void close();
}
