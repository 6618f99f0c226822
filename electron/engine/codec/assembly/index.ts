export { decodeBlock, decoderReset, keepDecoded } from './decoder';
export { encoderReset, encodeWindow } from './encoder';
