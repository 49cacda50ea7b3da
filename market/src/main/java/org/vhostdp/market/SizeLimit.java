package org.vhostdp.market;

import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferCancelledException;
import org.eclipse.aether.transfer.TransferEvent;

/** Breaks off what is too large; what a repository says about lengths is not relied upon. */
final class SizeLimit extends AbstractTransferListener {
  private final long most;

  SizeLimit(long most) {
    this.most = most;
  }

  @Override
  public void transferProgressed(TransferEvent event) throws TransferCancelledException {
    if (event.getTransferredBytes() > most) {
      throw new TransferCancelledException("larger than " + most + " bytes");
    }
  }
}
