package org.vhostdp.driver.mdev.vfio;

import java.util.List;

/** The page tables of a device's IOMMU, as the kernel lets us change them. */
interface IommuSpace extends AutoCloseable {
  /** What can be translated; empty if the kernel does not say. */
  List<IovaRange> ranges();

  /** The smallest page, bytes. */
  long pageSize();

  /** How many mappings the kernel allowed when the space was made; -1 if it does not say. */
  long mostMappings();

  /**
   * Maps; 0 or -errno.
   *
   * @param address in this process
   * @param length bytes
   */
  int map(long address, long iova, long length, boolean readable, boolean writable);

  /** Unmaps exactly what was mapped; 0 or -errno. */
  int unmap(long iova, long length);

  /** The request's name, for sentences. */
  String request();

  @Override
  void close();
}
