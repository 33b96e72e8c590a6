import { qrCodeSvg } from 'poolpass/qr';

/** A QR code, drawn in the page, since its secret must not be sent to another service. */
export function QrCode({ text, label }: { text: string; label: string }) {
  return <img class="qr-code" alt={label} src={`data:image/svg+xml,${encodeURIComponent(qrCodeSvg(text))}`} />;
}
