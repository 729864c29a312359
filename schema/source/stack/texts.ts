import { formed, object, objectName, type Facts, type Schema } from '../build';

export const name = (description: string, given: Facts): Schema =>
  formed(description, objectName.form, objectName.pattern, { most: 253, ...given });
export const secret = (description: string, given: Facts = {}): Schema => name(description, { example: 'kea-store', ...given });
/** 1 to 65535. */
const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** IPv6 only roughly: at most eight groups, at most one gap that `::` stands for. */
export const CIDR = `^((${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?[0-9])|(?!.*::.*::)([0-9a-f]{1,4}:){1,7}(:|[0-9a-f]{1,4}|(:[0-9a-f]{1,4}){1,6})/(12[0-8]|1[01][0-9]|[1-9]?[0-9])|::/0)$`;
export const url = (description: string, given: Facts): Schema =>
  formed(
    description,
    'an address such as https://login.example.com/x',
    `^https?://(\\[[0-9A-Fa-f:.]+\\]|[^\\s/:@[\\]]+)(:${PORT})?(/[^\\s]*)?$`,
    {
      most: 500,
      ...given,
    },
  );
export const address = (description: string, given: Facts): Schema =>
  formed(description, 'host:port, with a port of 1 to 65535', `^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?:${PORT}$`, { most: 260, ...given });
export const empty = (title: string, description: string): Schema => object(title, description, {});
